import type { ArtifactsSeen } from "./artifact-turns.js";

/** What the pruner says of a search. */
export type MeshView =
  | { readonly kind: "absent" }
  /** No server answers, or it refuses us. */
  | { readonly kind: "unreachable"; readonly reason: "MeshUnreachable" | "MeshRefused"; readonly message: string }
  | ({ readonly kind: "present" } & MeshSearch)
  /**
   * It ended, and the status of the object says so: nothing can change any more, so the mesh was asked at most for what it leaves, if the
   * status does not say that yet.
   */
  | { readonly kind: "settled"; readonly artifacts?: Exclude<ArtifactsSeen, undefined> };

export type MeshSearch = {
  readonly state: "running" | "paused" | "finished" | "failed" | "cancelled";
  /** Why it failed or was cancelled or ended early, and what to do. */
  readonly message: string;
  readonly progress: SearchProgress;
  /** RFC 3339. */
  readonly endTime?: string;
  /** The Genotype(...) line, of a search that has finished. */
  readonly genotype?: string;
  /** What its answer is worth; none while it continues, and of a pruner that is older. */
  readonly verdict?: MeshVerdict;
  /** Messages on its subjects that are no facts; none of a pruner that is older. */
  readonly quarantined?: number;
};

export type MeshVerdict = {
  readonly kind: string;
  /** What was seen, what it means and what to do next. */
  readonly message: string;
};

export type SearchProgress = {
  readonly round: number;
  readonly rounds: number;
  readonly candidates: number;
  /** 0 to 1; 0 before the first. */
  readonly bestAccuracy: number;
  readonly jobsDone: number;
  readonly jobsTotal: number;
  readonly jobsOpen: number;
  /** Seconds, in all. */
  readonly trainedSeconds: number;
  readonly sequence: number;
};

/** What was found before a search is opened, so that no GPU is asked for in vain. */
export type Preflight = {
  readonly dataset: CheckResult<"Unreadable">;
  /** Of a dry run of a trainer's Job. */
  readonly trainers: CheckResult<"TrainersRefused">;
};

export type CheckResult<Reason> =
  | { readonly is: "good" }
  | { readonly is: "bad"; readonly reason: Reason; readonly message: string }
  /** It could not be asked. */
  | {
      readonly is: "unknown";
      readonly reason:
        | "MeshUnreachable"
        | "MeshRefused"
        | "StoreNotWritable"
        | "QuotaReached"
        | "RightsMissing"
        | "QuotaExceeded"
        | "AdmissionDown";
      readonly message: string;
    };
