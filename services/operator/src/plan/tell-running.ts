import type { MeshSearch } from "../see/mesh-view.js";
import type { Observed } from "../see/observed.js";
import type { Conditions } from "../status/condition-list.js";
import type { Reason, Trouble } from "../status/conditions.js";
import { isLive } from "../trainer/plan-trainers.js";
import type { PlanSettings } from "./planned.js";

/** Milliseconds after which to look again: while trainers start, while something is wrong, and while nothing is. */
const AT_ONCE = 3000;
const SOON = 15_000;
const LATE = 60_000;

/** Jobs that are this many times longer than they were so far are suspicious. */
const PATIENCE = 10;

/**
 * Say in the condition Running what the search does, and if it does nothing why: the watchdog.
 * @returns milliseconds after which to look again
 */
export const tellRunning = (
  conditions: Conditions,
  {
    observed: { trainers, share, free, now },
    search: { progress },
    wanted,
    progressTime,
    settings,
  }: {
    readonly observed: Observed;
    readonly search: MeshSearch;
    readonly wanted: number;
    readonly progressTime: string;
    readonly settings: PlanSettings;
  },
): number => {
  const running = trainers.filter(({ state }) => state === "running").length;
  const troubles = trainers.flatMap(({ trouble }) => (trouble === undefined ? [] : [trouble]));
  const worst = worstOf(troubles);
  const waits = wanted > share || (free === 0 && trainers.filter(isLive).length < Math.min(wanted, share));
  const counted =
    running > wanted
      ? `${running} ${running === 1 ? "trainer runs" : "trainers run"}, of which ${wanted} ${wanted === 1 ? "is" : "are"} needed now`
      : `${running} of ${wanted} ${wanted === 1 ? "trainer runs" : "trainers run"}`;

  const quietSeconds = (now - Date.parse(progressTime)) / 1000;
  const jobSeconds = progress.jobsDone === 0 ? 0 : progress.trainedSeconds / progress.jobsDone;
  const tooQuiet = Math.max(settings.stallSeconds, PATIENCE * jobSeconds);

  if (running > 0 && progress.jobsOpen > 0 && quietSeconds > tooQuiet) {
    const usual = progress.jobsDone === 0 ? "" : `; a job took ${jobSeconds.toFixed(0)} s so far`;
    conditions.set(
      "Running",
      "Stalled",
      `${counted}, and no fact has come for ${Math.floor(quietSeconds / 60)} minutes${usual}`,
    );
    return LATE;
  }
  if (running > 0) {
    const but = running < wanted && worst !== undefined ? `; the others: ${worst.reason}: ${worst.message}` : "";
    conditions.set("Running", "Training", `${counted}${but}`);
    return LATE;
  }
  if (worst !== undefined && worst.reason !== "Starting") {
    conditions.set("Running", worst.reason, worst.message);
    return SOON;
  }
  if (wanted === 0) {
    conditions.set("Running", "NoWork", "");
    return LATE;
  }
  if (waits && trainers.length === 0) {
    conditions.set("Running", "ShareWaiting", `${wanted} wanted`);
    return SOON;
  }
  conditions.set("Running", "Starting", worst?.message ?? counted);
  return AT_ONCE;
};

/** What a person can do something about comes before what may pass. */
const severity: readonly Reason<"Running">[] = [
  "QuotaExceeded",
  "PodRefused",
  "TrainerConfig",
  "ImagePull",
  "OutOfMemory",
  "TrainerCrash",
  "Unschedulable",
  "NoGpuFree",
  "QueueWaiting",
  "Starting",
];

const worstOf = (troubles: readonly Trouble[]): Trouble | undefined =>
  severity.flatMap((reason) => troubles.filter((trouble) => trouble.reason === reason))[0];
