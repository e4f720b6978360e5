import type { ArtifactsSeen } from "../see/artifact-turns.js";
import type { MeshSearch } from "../see/mesh-view.js";
import type { Observed } from "../see/observed.js";
import { progressFields } from "../see/progress-status.js";
import { Conditions } from "../status/condition-list.js";
import { removeAll } from "../trainer/plan-trainers.js";
import type { Action, Plan } from "./planned.js";
import { tellSetAside } from "./tell-set-aside.js";
import { tellWorth } from "./tell-worth.js";

/**
 * The plan of a search that has ended: no trainers, the answer and what it leaves in the status, and after the time to live no object.
 * @param search undefined: the status has said it all before
 */
export const settle = (observed: Observed, search: MeshSearch | undefined): Plan => {
  const { object, trainers, now } = observed;
  const conditions = Conditions.of(observed);
  const left = observed.mesh.kind === "settled" ? observed.mesh.artifacts : undefined;
  if (search !== undefined) tellEnd(conditions, search);
  const endTime = search?.endTime ?? object.status?.endTime;
  const ttl = object.spec.ttlSecondsAfterFinished;
  const expires = ttl === undefined || endTime === undefined ? undefined : Date.parse(endTime) + ttl * 1000;
  const expired: readonly Action[] = expires !== undefined && expires <= now ? [{ do: "deleteObject" }] : [];
  const leave = removeAll(trainers).remove.map((name) => ({ do: "removeTrainer", name }) as const);
  const fields = search === undefined ? {} : progressFields(observed, search.progress);
  return {
    actions: [...leave, ...expired],
    status: conditions.status({
      ...fields,
      trainers: trainers.filter(({ state }) => state === "running").length,
      trainersWanted: 0,
      surplusSince: undefined,
      ...(endTime === undefined ? {} : { endTime }),
      ...(search?.genotype === undefined ? {} : { genotype: search.genotype }),
      ...(left?.kind === "listed" ? { artifacts: left.artifacts } : {}),
    }),
    ...againOf([expires === undefined || expires <= now ? undefined : expires - now, waitOf(left, search)]),
  };
};

/** Milliseconds until it is looked at for what it leaves: soon after its end, when it is not its turn then. */
const waitOf = (left: ArtifactsSeen, search: MeshSearch | undefined): number | undefined => {
  if (left?.kind === "wait") return left.milliseconds;
  return search?.state === "finished" ? AFTER_END : undefined;
};

/** The answer is written first. */
const AFTER_END = 1_000;

const againOf = (waits: readonly (number | undefined)[]): Pick<Plan, "again"> => {
  const known = waits.filter((wait) => wait !== undefined);
  return known.length === 0 ? {} : { again: Math.min(...known) };
};

const tellEnd = (conditions: Conditions, search: MeshSearch): void => {
  const { state, message, progress } = search;
  conditions.set("Accepted", "Valid", "");
  conditions.set("DatasetReady", "Readable", "");
  conditions.set("Suspended", "NotSuspended", "");
  tellWorth(conditions, search);
  tellSetAside(conditions, search);
  switch (state) {
    case "finished": {
      const early = progress.jobsDone < progress.jobsTotal;
      conditions.set("Succeeded", early ? "BudgetSpent" : "Finished", message);
      conditions.set("Failed", "NotFailed", "");
      conditions.set("Running", "Succeeded", "");
      return;
    }
    case "failed":
    case "cancelled":
      conditions.set("Succeeded", "NotSucceeded", "");
      conditions.set("Failed", state === "failed" ? "JobFailed" : "Cancelled", message);
      conditions.set("Running", "Failed", message);
      return;
    case "running":
    case "paused":
      throw new Error(`a search that is ${state} has not ended`);
  }
};
