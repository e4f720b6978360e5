import { type InvalidInput, isInvalidInput } from "@bnas/errors";
import type { Spec } from "@bnas/search";
import type { KubeApi } from "../kube/kube-api.js";
import { KubeFault } from "../kube/kube-fault.js";
import { jobPath } from "../kube/paths.js";
import { type ArchitectureSearch, boundsOf, conditionOf, FINALIZER } from "../status/architecture-search.js";
import { jobNameOf, searchIdOfObject } from "../status/search-id.js";
import { isLive } from "../trainer/plan-trainers.js";
import { type Claim, shareTrainers } from "../trainer/share-trainers.js";
import { type TrainerPod, trainerJob, trainerPod } from "../trainer/trainer-job.js";
import type { TrainerTemplate } from "../trainer/trainer-template.js";
import type { ArtifactTurns } from "./artifact-turns.js";
import type { Cluster } from "./cluster.js";
import { objectKeyOf } from "./cluster.js";
import { verdictOn } from "./fault-status.js";
import { specOf } from "./manifest.js";
import type { MeshClient } from "./mesh-client.js";
import type { MeshPoll } from "./mesh-poll.js";
import type { CheckResult, MeshView, Preflight } from "./mesh-view.js";
import type { Observed } from "./observed.js";

/** Where an observer looks. */
export type Around = {
  readonly api: KubeApi;
  readonly cluster: Cluster;
  readonly mesh: MeshClient;
  readonly poll: Pick<MeshPoll, "down">;
  readonly artifacts: Pick<ArtifactTurns, "of">;
  readonly template: TrainerTemplate;
  /** Images that manifests may name. */
  readonly images: readonly string[];
  /** Seconds after which trainers without a job end. */
  readonly idleSeconds: number;
  /** Trainers of all searches; 0 is no limit. */
  readonly maxTrainers: number;
  readonly permissionsMissing: () => readonly string[];
  /** An object with the status that was last planned for it. */
  readonly said: (object: ArchitectureSearch) => ArchitectureSearch;
  readonly clock: () => Date;
};

/** Everything that a plan needs of an object; the pod that its trainers would have. */
export const observe = async (
  object: ArchitectureSearch,
  around: Around,
): Promise<{ readonly observed: Observed; readonly pod: TrainerPod | InvalidInput }> => {
  const searchId = searchIdOfObject(object);
  const spec = orInvalid(() => specOf(object.spec));
  const pod = orInvalid(() =>
    trainerPod(object, around.template, { allowed: around.images, idleSeconds: around.idleSeconds }),
  );
  const mesh = await lookAtMesh(object, around);
  const permissionsMissing = around.permissionsMissing();
  const preflight =
    mesh.kind === "absent" && isNew(object) && permissionsMissing.length === 0
      ? await lookAhead(object, spec, pod, around)
      : undefined;
  const trainers = await around.cluster.explainedTrainersOf(object, around.clock().getTime());
  // From here on nothing waits: what is free now is free until the plan has reserved it.
  const observed: Observed = {
    object,
    spec,
    mesh,
    ...(preflight === undefined ? {} : { preflight }),
    trainers,
    template: isInvalidInput(pod) ? pod : pod.digest,
    pods: around.cluster.podsOf(searchId).length,
    ...placesFor(object, around),
    permissionsMissing,
    now: around.clock().getTime(),
  };
  return { observed, pod };
};

const orInvalid = <Value>(make: () => Value): Value | InvalidInput => {
  try {
    return make();
  } catch (error) {
    if (isInvalidInput(error)) return error;
    throw error;
  }
};

/** Not opened yet, and to be opened. */
const isNew = ({ metadata: { deletionTimestamp, finalizers = [] }, status }: ArchitectureSearch): boolean =>
  deletionTimestamp === undefined && finalizers.includes(FINALIZER) && status?.sequence === undefined;

const lookAtMesh = async (object: ArchitectureSearch, { mesh, poll, artifacts }: Around): Promise<MeshView> => {
  const { metadata, status } = object;
  if (metadata.deletionTimestamp === undefined && hasSettled(object)) {
    const wanted = status?.genotype !== undefined && status.artifacts === undefined && poll.down === undefined;
    const seen = wanted ? await artifacts.of(searchIdOfObject(object)) : undefined;
    return seen === undefined ? { kind: "settled" } : { kind: "settled", artifacts: seen };
  }
  if (poll.down !== undefined) return poll.down;
  return mesh.view(searchIdOfObject(object), status?.genotype === undefined);
};

/** Facts never change, so an end is final. */
const hasSettled = ({ status }: ArchitectureSearch): boolean => {
  if (conditionOf(status, "Succeeded")?.status === "True") return status?.genotype !== undefined;
  const failed = conditionOf(status, "Failed");
  return failed?.status === "True" && failed.reason !== "FactsLost";
};

const lookAhead = async (
  object: ArchitectureSearch,
  spec: Spec | InvalidInput,
  pod: TrainerPod | InvalidInput,
  { api, mesh }: Around,
): Promise<Preflight | undefined> => {
  if (isInvalidInput(spec) || isInvalidInput(pod)) return undefined;
  const [dataset, trainers] = await Promise.all([
    mesh.check(searchIdOfObject(object), spec, object.metadata.namespace),
    dryRun(api, object, pod),
  ]);
  return { dataset, trainers };
};

/** Ask the API server for a trainer without making it. */
const dryRun = async (
  api: KubeApi,
  object: ArchitectureSearch,
  pod: TrainerPod,
): Promise<CheckResult<"TrainersRefused">> => {
  const name = jobNameOf(searchIdOfObject(object), 0, 0);
  const path = jobPath(object.metadata.namespace, name);
  try {
    await api.apply(path, trainerJob(object, pod, { slot: 0, name }), { dryRun: "All" });
    return { is: "good" };
  } catch (error) {
    const verdict = error instanceof KubeFault ? verdictOn(error) : undefined;
    if (verdict === undefined) throw error;
    return verdict;
  }
};

/** What the operator's limit leaves for one search. */
const placesFor = (object: ArchitectureSearch, around: Around): Pick<Observed, "share" | "free"> => {
  const { cluster, maxTrainers } = around;
  if (maxTrainers === 0) return { share: boundsOf(object).max, free: Number.POSITIVE_INFINITY };
  const share = sharesOf(around).get(objectKeyOf(object)) ?? 0;
  return { share, free: Math.max(0, maxTrainers - cluster.occupied) };
};

/** Trainers that the operator's limit leaves for each object, by its key. */
export const sharesOf = ({
  cluster,
  maxTrainers,
  said,
}: Pick<Around, "cluster" | "maxTrainers" | "said">): ReadonlyMap<string, number> =>
  shareTrainers(
    maxTrainers,
    cluster.objects().map((object) => claimOf(said(object), cluster)),
  );

/** By the last status: what it wants, and while a pause in its work has not lasted also what it has. */
const claimOf = (object: ArchitectureSearch, cluster: Cluster): Claim => {
  const { status, spec, metadata } = object;
  const holds = cluster.trainersOf(searchIdOfObject(object)).filter(isLive).length;
  const wanted = status?.trainersWanted ?? 0;
  const resting = status?.surplusSince !== undefined ? holds : 0;
  return {
    key: objectKeyOf(object),
    wanted: metadata.deletionTimestamp === undefined ? Math.max(wanted, resting) : 0,
    holds,
    weight: typeof spec.weight === "number" ? spec.weight : 1,
    created: Date.parse(metadata.creationTimestamp),
  };
};
