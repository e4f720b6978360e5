import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Stored } from "@bnas/log";
import { openLog } from "@bnas/mesh";
import { SearchServiceDefinition } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { type PartialSpec, searchIdOf, searchPattern, stream } from "@bnas/search";
import { acknowledgedBy } from "./acknowledged.js";
import { follow, type Seen } from "./follow.js";
import { type Acknowledged, faults, faultsOfWitness } from "./history.js";
import { type Mesh, startMesh } from "./mesh.js";
import type { Options, StrikeKind } from "./options.js";
import { Progress } from "./progress.js";
import { kindsFor, strike } from "./strikes.js";
import { Witness, witnessId } from "./witness.js";

/**
 * A search without a fact for so long after the last strike makes no progress: far longer than any lease and any wait of a service.
 */
const patienceMs = 240_000;

/** What a search that was struck left: what was reported of it, and its facts in the log. */
type Struck = Seen & { readonly searchId: string; readonly seed: number; readonly facts: readonly Stored[] };

const specOf = (seed: number, { parallel, passes }: Options): PartialSpec => ({
  dataset: "shapes:?classes=3&size=8&images=120&test=30",
  seed,
  parallel,
  network: { cells: 2, channels: 4, partial: 2 },
  data: { limit: 0, reductionImages: 30, cropPadding: 1 },
  warmup: { epochs: 1, batch: 20 },
  reduction: { passes, batch: 30 },
});

/**
 * One run: searches that are struck, each of another seed; then the same searches in another mesh that is left alone, on a log
 * and a store of its own; then a check of each. True when nothing is wrong.
 * @param folder for all that it writes @param apart whether this process has a network and mounts of its own
 */
export const chaos = async (
  options: Options,
  { folder, apart }: { readonly folder: string; readonly apart: boolean },
): Promise<boolean> => {
  const begun = performance.now();
  const struck = await underStrikes(options, folderIn(folder, "struck"), apart);
  const wrong = [...struck.wrong];
  if (wrong.length === 0) {
    const between = performance.now();
    const undisturbed = await leftAlone(options, folderIn(folder, "alone"), struck.searches);
    say(`the same ${struck.searches.length} searches left alone: ${secondsSince(between)} s`);
    for (const search of struck.searches) {
      const { searchId } = search;
      const acknowledged = struck.acknowledged.filter(({ subject }) => searchIdOf(subject) === searchId);
      const sentences = faults({ ...search, undisturbed: undisturbed.get(searchId) ?? [], acknowledged });
      wrong.push(...sentences.map((sentence) => `${searchId}: ${sentence}`));
    }
  }
  for (const sentence of wrong.slice(0, 20)) say(`FAULT ${sentence}`);
  const facts = struck.searches.reduce((sum, search) => sum + search.facts.length, 0);
  const kinds = [...struck.strikes].map(([kind, times]) => `${times} ${kind}`).join(", ");
  say(
    `${struck.strikes.size === 0 ? "no strikes" : kinds}; ${struck.searches.length} searches, ${facts} facts, ` +
      `${secondsSince(begun)} s: ${wrong.length === 0 ? "no fault" : `${wrong.length} FAULTS`}`,
  );
  return wrong.length === 0;
};

type UnderStrikes = {
  readonly searches: readonly Struck[];
  readonly acknowledged: readonly Acknowledged[];
  readonly strikes: ReadonlyMap<StrikeKind, number>;
  /** What is known to be wrong before any search is compared: acknowledged facts of the witness, a search without progress. */
  readonly wrong: readonly string[];
};

const underStrikes = async (options: Options, folder: string, apart: boolean): Promise<UnderStrikes> => {
  const acknowledged: Acknowledged[] = [];
  const onLine = (line: string) => {
    const fact = acknowledgedBy(line);
    if (fact !== undefined) acknowledged.push(fact);
  };
  const mesh = await startMesh(options, { folder, apart, onLine });
  for (const [kind, why] of mesh.leftOut) if (options.strikes.includes(kind)) say(`left out: ${kind} (${why})`);
  const { client, close } = connect(SearchServiceDefinition, mesh.api, { deadlineMs: 2_000 });
  const progress = new Progress();
  const stop = new AbortController();
  const searches: Struck[] = [];
  const strikes = new Map<StrikeKind, number>();
  const wrong: string[] = [];
  let lastStrike = 0;
  const patience = { patienceMs, struck: () => lastStrike };

  try {
    const logs = {
      counted: await openLog(mesh.log),
      written: await openLog(mesh.log),
      read: await openLog(mesh.log),
    };
    const counting = progress.count(logs.counted, stop.signal);
    const witness = new Witness(logs.written, logs.read);
    let striking = true;
    const struck = strike(kindsFor(mesh, options.strikes), {
      count: options.kills,
      random: stream(options.seed, "chaos"),
      progress,
      signal: stop.signal,
      onStrike: ({ number, kind, says, facts, ms }) => {
        lastStrike = performance.now();
        strikes.set(kind, (strikes.get(kind) ?? 0) + 1);
        say(`${number}/${options.kills} ${says} (${facts} facts and ${(ms / 1000).toFixed(1)} s after the one before)`);
      },
    }).finally(() => {
      striking = false;
    });
    let opened = 0;
    const lane = async () => {
      while (striking || opened === 0) {
        const number = ++opened;
        const [searchId, seed] = [`struck-${number}`, 1_000 * options.seed + number];
        const seen = await follow(client, { searchId, spec: specOf(seed, options) }, patience);
        searches.push({ searchId, seed, ...seen, facts: await readFacts(mesh, searchId) });
      }
    };
    await Promise.all(Array.from({ length: options.searches }, lane)).finally(() => stop.abort());
    await Promise.all([struck, counting, witness.stop()]);
    await Promise.all(Object.values(logs).map((log) => log.close()));
    wrong.push(...faultsOfWitness(await readFacts(mesh, witnessId), witness.acknowledged, witness.unread));
    say(
      `${acknowledged.length} tellings in the logs of services, ${witness.acknowledged.length} appends and ${witness.reads} reads of the witness`,
    );
  } catch (error) {
    wrong.push(error instanceof Error ? error.message : String(error));
    for (const { name, said } of mesh.processes) say(`--- ${name}\n${said.slice(-4_000)}`);
  } finally {
    close();
    await mesh.stop();
  }
  return { searches, acknowledged, strikes, wrong };
};

/** The facts of the same searches in an undisturbed mesh, by their ids. */
const leftAlone = async (
  options: Options,
  folder: string,
  searches: readonly Struck[],
): Promise<ReadonlyMap<string, readonly Stored[]>> => {
  const mesh = await startMesh(options, { folder, apart: false, onLine: () => {} });
  const { client, close } = connect(SearchServiceDefinition, mesh.api, { deadlineMs: 2_000 });
  try {
    const each = searches.map(async ({ searchId, seed }) => {
      await follow(client, { searchId, spec: specOf(seed, options) }, { patienceMs, struck: () => 0 });
      return [searchId, await readFacts(mesh, searchId)] as const;
    });
    return new Map(await Promise.all(each));
  } finally {
    close();
    await mesh.stop();
  }
};

/** The facts of a search as the log holds them now: asked until it answers, for it may be struck. */
const readFacts = async (mesh: Mesh, searchId: string): Promise<readonly Stored[]> => {
  for (let tries = 0; ; tries++) {
    try {
      const log = await openLog(mesh.log);
      try {
        return await log.read(searchPattern(searchId));
      } finally {
        await log.close();
      }
    } catch (error) {
      if (tries === 60) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
};

const folderIn = (folder: string, name: string): string => {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
};

const say = console.log;
const secondsSince = (begun: number): string => ((performance.now() - begun) / 1000).toFixed(0);
