import type { ConditionType } from "./conditions.js";

/** What a manifest says of where and whether a search runs; the API server has filled the defaults in. */
type Placement = {
  readonly trainers?: Trainers;
  readonly suspend?: boolean;
  readonly queueName?: string;
  readonly ttlSecondsAfterFinished?: number;
};

/** The parts that Kubernetes itself reads are handed on as they are. */
export type Trainers = {
  readonly min?: number;
  readonly max?: number;
  readonly engine?: "wasm" | "node" | "gpu";
  readonly image?: string;
  readonly resources?: { readonly limits?: Quantities; readonly requests?: Quantities };
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly object[];
  readonly affinity?: object;
  readonly topologySpreadConstraints?: readonly object[];
  readonly priorityClassName?: string;
};

type Quantities = Readonly<Record<string, string | number>>;

export type Condition = {
  readonly type: ConditionType;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
  /** RFC 3339, as all times of Kubernetes. */
  readonly lastTransitionTime: string;
};

/** A file that the search leaves, as `bnas artifacts` lists it. */
export type ArtifactStatus = { readonly name: string; readonly bytes: number; readonly sha256: string };

/** An object must stay small: those of a search with many seeds are listed by `bnas artifacts`. */
export const MOST_ARTIFACTS = 32;
/** In characters. */
export const LONGEST_ARTIFACT_NAME = 128;

/** Of a list of artifacts those that a status has room for, in their order. */
export const artifactsOfStatus = (artifacts: readonly ArtifactStatus[]): readonly ArtifactStatus[] =>
  artifacts
    .filter(({ name, sha256 }) => name.length <= LONGEST_ARTIFACT_NAME && /^[0-9a-f]{64}$/.test(sha256))
    .slice(0, MOST_ARTIFACTS)
    .map(({ name, bytes, sha256 }) => ({ name, bytes, sha256 }));

/** crd/status-schema.ts says what each field means. */
export type SearchStatus = {
  readonly observedGeneration?: number;
  readonly searchId?: string;
  readonly round?: number;
  readonly rounds?: number;
  readonly candidates?: number;
  readonly bestAccuracy?: string;
  readonly jobsDone?: number;
  readonly jobsTotal?: number;
  readonly jobsOpen?: number;
  readonly gpuSecondsSpent?: number;
  readonly trainers?: number;
  readonly trainersWanted?: number;
  readonly surplusSince?: string;
  readonly sequence?: number;
  readonly progressTime?: string;
  readonly endTime?: string;
  readonly genotype?: string;
  readonly artifacts?: readonly ArtifactStatus[];
  readonly conditions?: readonly Condition[];
};

/** An ArchitectureSearch as the API server keeps it, which has checked it by the schema of crd/definition.ts. */
export type ArchitectureSearch = {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly uid: string;
    readonly generation: number;
    readonly creationTimestamp: string;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly resourceVersion?: string;
  };
  /** The fields of the search lie beside these: manifest.ts reads them. */
  readonly spec: Placement & Readonly<Record<string, unknown>>;
  readonly status?: SearchStatus;
};

/** Holds an object until its facts and blobs are removed. */
export const FINALIZER = "bnas.dev/search";

export const conditionOf = (status: SearchStatus | undefined, type: ConditionType): Condition | undefined =>
  status?.conditions?.find((condition) => condition.type === type);

/** Bounds of its trainers, with defaults for those that the manifest leaves out. */
export const boundsOf = ({
  spec: { trainers = {} },
}: ArchitectureSearch): { readonly min: number; readonly max: number } => ({
  min: trainers.min ?? 0,
  max: Math.max(trainers.max ?? 1, trainers.min ?? 0),
});
