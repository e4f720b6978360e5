import { type Progress, type Search, SearchState } from "@bnas/proto";
import { duration, percent } from "@bnas/report";
import { specOfMessage } from "@bnas/rpc";
import { asked } from "./progress.js";
import { table } from "./table.js";

/** How the command line spells the states of a search. */
export const STATES = {
  running: SearchState.SEARCH_STATE_RUNNING,
  paused: SearchState.SEARCH_STATE_PAUSED,
  finished: SearchState.SEARCH_STATE_FINISHED,
  failed: SearchState.SEARCH_STATE_FAILED,
  cancelled: SearchState.SEARCH_STATE_CANCELLED,
} as const;

export type StateName = keyof typeof STATES;

/** `unknown`: of a mesh that is newer than this command. */
export const stateName = (state: SearchState): StateName | "unknown" =>
  STATE_NAMES.find((name) => STATES[name] === state) ?? "unknown";

// Object.keys forgets what the keys are; STATES has no other ones.
export const STATE_NAMES = Object.keys(STATES) as readonly StateName[];

/** A search for programs: what `--json` prints of it, in one line. */
export const searchJson = (search: Search): string => {
  const { searchId, spec, state, createTime, endTime, progress, message, verdict, quarantined } = search;
  return JSON.stringify({
    type: "search",
    search: searchId,
    state: stateName(state),
    created: createTime ?? null,
    ended: endTime ?? null,
    progress: progress ?? null,
    message,
    verdict: verdict ?? null,
    quarantined,
    spec: specOfMessage(spec),
  });
};

/** A search for people, a line a thing. @param now milliseconds since 1970 */
export const searchLines = (search: Search, now: number): string[] => {
  const { searchId, state, spec, createTime, endTime, progress, message, verdict, quarantined } = search;
  const name = stateName(state);
  const lines: (readonly [string, string])[] = [
    ["search", searchId],
    ["state", message === "" ? name : `${name}: ${message}`],
    ["asked", asked(specOfMessage(spec))],
  ];
  lines.push(...progressLines(progress));
  if (createTime !== undefined) lines.push(["opened", `${second(createTime)}, ${age(createTime, now)} ago`]);
  if (createTime !== undefined && endTime !== undefined)
    lines.push(["ended", `${second(endTime)}, after ${age(createTime, endTime.getTime())}`]);
  for (const { kind, seen, means } of verdict?.findings ?? []) lines.push(["verdict", `${kind}. ${seen} ${means}`]);
  if (quarantined > 0) {
    const what = `${quarantined} ${quarantined === 1 ? "message" : "messages"} on its subjects are no facts`;
    lines.push(["set aside", `${what}: bnas quarantine list --search ${searchId}`]);
  }
  lines.push(["next", nextStep(search)]);
  return table(lines);
};

const progressLines = (progress: Progress | undefined): (readonly [string, string])[] => {
  // A strategy that draws by seed trains nothing: there is nothing to tell.
  if (progress === undefined || progress.jobsTotal === 0) return [];
  const { jobsDone, jobsTotal, jobsOpen, round, rounds, candidates, bestAccuracy, trainedSeconds } = progress;
  const open = jobsOpen === 0 ? "" : `, ${jobsOpen} in progress or waiting for a trainer`;
  const left = `${candidates} ${candidates === 1 ? "operation" : "operations"} an edge left`;
  return [
    ...(rounds === 0 ? [] : [["rounds", `${round} of ${rounds} done, ${left}`] as const]),
    ["jobs", `${jobsDone} of ${jobsTotal} done${open}`],
    ...(bestAccuracy === 0 ? [] : [["best", `a sample with an accuracy of ${percent(bestAccuracy)}`] as const]),
    ["trained", `${duration(trainedSeconds)}, over all trainers`],
  ];
};

/** What a person would do next with a search, for the most part a command. */
export const nextStep = ({ searchId, state }: Search): string => NEXT[stateName(state)](searchId);

const NEXT: Readonly<Record<StateName | "unknown", (id: string) => string>> = {
  running: (id) => `bnas watch ${id}`,
  paused: (id) => `bnas resume ${id}`,
  finished: (id) => `bnas architecture ${id}`,
  failed: (id) => `bnas ledger ${id} shows how far it came; fix what the state says, and submit it by another id`,
  cancelled: (id) => `bnas ledger ${id} tells how far it came; bnas delete ${id} frees what it holds`,
  unknown: () => "this bnas is older than the mesh: take the version of the mesh",
};

/** Searches for people, a line each. @param now milliseconds since 1970 */
export const searchTable = (searches: readonly Search[], now: number): string[] =>
  table([
    ["ID", "STATE", "ROUND", "K", "BEST", "JOBS", "AGE"],
    ...searches.map(({ searchId, state, progress, createTime }) => [
      searchId,
      stateName(state),
      progress === undefined || progress.rounds === 0 ? "-" : `${progress.round}/${progress.rounds}`,
      progress === undefined || progress.rounds === 0 ? "-" : String(progress.candidates),
      progress === undefined || progress.bestAccuracy === 0 ? "-" : percent(progress.bestAccuracy),
      progress === undefined ? "-" : `${progress.jobsDone}/${progress.jobsTotal}`,
      createTime === undefined ? "-" : age(createTime, now),
    ]),
  ]);

const age = (from: Date, to: number): string => duration(Math.max(0, (to - from.getTime()) / 1000));

/** `2026-11-24 10:02:03 UTC` */
const second = (time: Date): string =>
  time
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC");
