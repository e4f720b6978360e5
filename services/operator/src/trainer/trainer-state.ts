import type { Trouble } from "../status/conditions.js";

/** The parts of Kubernetes' objects that are read here, as the API server sends them. */
export type KubeJob = {
  readonly metadata: Metadata;
  readonly spec?: { readonly suspend?: boolean };
  readonly status?: {
    readonly conditions?: readonly KubeCondition[];
    readonly active?: number;
    readonly failed?: number;
  };
};
export type Pod = {
  readonly metadata: Metadata;
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly KubeCondition[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
};
/** An event about a Job or a pod, of core/v1. */
export type Warning = { readonly reason?: string; readonly message?: string };

type Metadata = {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
};
type KubeCondition = {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
};
type ContainerStatus = {
  readonly state?: {
    readonly waiting?: { readonly reason?: string; readonly message?: string };
    readonly terminated?: Terminated;
  };
};
type Terminated = { readonly reason?: string; readonly exitCode?: number; readonly message?: string };

/** A trainer: a Job with one pod at a time. */
export type Trainer = {
  readonly name: string;
  readonly slot: number;
  /** What its pod looks like; a trainer of another template than today's is replaced. */
  readonly template: string;
  /** `leaving` keeps its slot, and its GPU, until it is gone. `failed` has given up for now. */
  readonly state: "queued" | "starting" | "running" | "done" | "failed" | "leaving";
  /** When it reached its state, of `failed`; else when it was made. Milliseconds since 1970. */
  readonly since: number;
  /** Why it does not run. */
  readonly trouble?: Trouble;
};

export const SLOT_LABEL = "bnas.dev/slot";
export const TEMPLATE_ANNOTATION = "bnas.dev/template";

/** @param warnings about the Job, oldest first; asked for only when it has no pod */
export const trainerOf = (job: KubeJob, pods: readonly Pod[], warnings: readonly Warning[] = []): Trainer => {
  const { name, labels = {}, annotations = {}, creationTimestamp = "" } = job.metadata;
  const trainer = {
    name,
    slot: Number(labels[SLOT_LABEL] ?? -1),
    template: annotations[TEMPLATE_ANNOTATION] ?? "",
    since: Date.parse(creationTimestamp),
  };
  const ended = endOf(job);
  const trouble = troubleOf(job, pods, warnings);
  if (job.metadata.deletionTimestamp !== undefined) return { ...trainer, state: "leaving" };
  if (ended?.type === "Complete") return { ...trainer, state: "done" };
  if (ended !== undefined) {
    return {
      ...trainer,
      state: "failed",
      since: Date.parse(ended.lastTransitionTime ?? ""),
      trouble: crash(pods, ended),
    };
  }
  if (job.spec?.suspend === true) {
    return {
      ...trainer,
      state: "queued",
      trouble: { reason: "QueueWaiting", message: `Job ${name} waits in its queue.` },
    };
  }
  if (pods.some(({ status, metadata }) => status?.phase === "Running" && metadata.deletionTimestamp === undefined)) {
    return { ...trainer, state: "running" };
  }
  return { ...trainer, state: "starting", trouble };
};

/** Whether a Job needs no trainer any more: it has ended, and Kubernetes makes no other pod for it. */
export const isOver = (job: KubeJob): boolean => endOf(job) !== undefined;

const endOf = ({ status }: KubeJob): KubeCondition | undefined =>
  status?.conditions?.find(({ type, status }) => status === "True" && (type === "Complete" || type === "Failed"));

const troubleOf = (job: KubeJob, pods: readonly Pod[], warnings: readonly Warning[]): Trouble => {
  const pending = pods.find(({ status }) => status?.phase === "Pending");
  if (pending !== undefined) return pendingTrouble(pending);
  const refused = warnings.findLast(({ reason }) => reason === "FailedCreate")?.message;
  if (pods.length === 0 && refused !== undefined) {
    return { reason: /exceeded quota/.test(refused) ? "QuotaExceeded" : "PodRefused", message: refused };
  }
  const failed = pods.some(({ status }) => status?.phase === "Failed");
  if (failed) return crash(pods, undefined);
  return { reason: "Starting", message: `Job ${job.metadata.name} is being started.` };
};

const pendingTrouble = ({ metadata: { name }, status = {} }: Pod): Trouble => {
  const unscheduled = status.conditions?.find(
    ({ type, status, reason }) => type === "PodScheduled" && status === "False" && reason === "Unschedulable",
  );
  if (unscheduled !== undefined) {
    const message = unscheduled.message ?? "";
    return {
      reason: /Insufficient [^ ,]*gpu/.test(message) ? "NoGpuFree" : "Unschedulable",
      message: `Pod ${name}: ${message}`,
    };
  }
  const waiting = status.containerStatuses?.find(({ state }) => state?.waiting !== undefined)?.state?.waiting;
  const said = `Pod ${name}: ${waiting?.message ?? waiting?.reason ?? "is being started"}`;
  switch (waiting?.reason) {
    case "ImagePullBackOff":
    case "ErrImagePull":
    case "ErrImageNeverPull":
    case "InvalidImageName":
    case "ImageInspectError":
      return { reason: "ImagePull", message: said };
    case "CreateContainerConfigError":
    case "CreateContainerError":
    case "RunContainerError":
      return { reason: "TrainerConfig", message: said };
    default:
      return { reason: "Starting", message: said };
  }
};

/** Of the pod that ended last with an error; the kubelet keeps the last lines that it wrote. */
const crash = (pods: readonly Pod[], ended: KubeCondition | undefined): Trouble => {
  const failed = [...pods]
    .filter(({ status }) => status?.phase === "Failed")
    .sort((a, b) => (a.metadata.creationTimestamp ?? "").localeCompare(b.metadata.creationTimestamp ?? ""))
    .at(-1);
  const terminated = failed?.status?.containerStatuses?.find(({ state }) => state?.terminated !== undefined)?.state
    ?.terminated;
  if (terminated?.reason === "OOMKilled") {
    return { reason: "OutOfMemory", message: `Pod ${failed?.metadata.name} used more memory than its limit.` };
  }
  const last = terminated?.message?.trim().split("\n").at(-1);
  const said =
    terminated === undefined
      ? (ended?.message ?? "a pod of the trainer failed")
      : `exit code ${terminated.exitCode ?? "unknown"}${last === undefined ? "" : `: ${last}`}`;
  return { reason: "TrainerCrash", message: failed === undefined ? said : `Pod ${failed.metadata.name}: ${said}` };
};
