import { factHash, MemoryLog, type Stored } from "@bnas/log";
import { type Fact, isRequestTo, record, type Spec, searchIdOf, writerOf } from "@bnas/search";
import { type BlobStore, MemoryStore, saveCheckpoint } from "@bnas/store";
import { simulatedAnswer } from "@bnas/testing";
import { followSearches } from "../src/deciding/follow-searches.js";
import { Searches } from "../src/deciding/searches.js";
import { clock } from "./mesh.js";

const settled = async () => {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** What a worker answers to a request; undefined: nothing, or not to this one. */
export type Worker = (stored: Stored) => Promise<Fact | undefined>;

/** What an honest trainer or evaluator answers, with blobs of its own and all that a proof asks for. */
export const honest =
  (store: BlobStore): Worker =>
  async (stored) => {
    const { fact } = stored;
    const request = factHash(stored);
    if (fact.kind === "sample.trained") {
      const { round, pass, sample, checkpoint } = fact;
      const correct = Number.parseInt(checkpoint.slice(0, 4), 16) % 101;
      return { kind: "sample.evaluated", round, pass, sample, correct, total: 100, seconds: 0, request };
    }
    if (!isRequestTo("trainer", fact)) return undefined;
    const { from } = fact;
    const seed = Number.parseInt(request.slice(0, 6), 16);
    const changed = new Map([
      ["stem", { shape: [1], values: Float32Array.of(seed) }],
      ...(from === null ? [["classifier", { shape: [1], values: Float32Array.of(seed + 1) }] as const] : []),
    ]);
    const checkpoint = await saveCheckpoint(store, from, changed);
    const answer = simulatedAnswer({ seed: 1 }, fact);
    if (answer === undefined || !("checkpoint" in answer)) return undefined;
    return { ...answer, checkpoint, from, request };
  };

/** A pruner and what scores rounds, on a log and a store in memory. */
export const provingMesh = async ({ log = new MemoryLog(), store = new MemoryStore(() => 0) } = {}) => {
  const stop = new AbortController();
  const { signal } = stop;
  const searches = await Searches.open(log, store);
  const following = [
    followSearches(searches, { writer: "pruner", clock, signal }),
    followSearches(await Searches.open(log), { writer: "evaluator", clock, signal }),
  ];
  const append = (id: string, fact: Fact, writer = writerOf(fact.kind)) =>
    log.append(record(id, fact, writer, clock().toISOString()));
  const facts = (id: string) => log.read(`bnas.search.${id}.>`);
  return {
    log,
    store,
    searches,
    append,
    facts,
    settled,
    /** Begin a search, and answer what is asked for until nothing more is, or for so many answers. */
    async run(id: string, spec: Spec | undefined, worker: Worker, most = Number.POSITIVE_INFINITY) {
      if (spec !== undefined) await append(id, { kind: "search.opened", spec, proof: 1 });
      const seen = new Set<string>();
      for (let done = 0; done < most; ) {
        await settled();
        const next = (await facts(id)).find(({ subject, fact }) => !seen.has(subject) && asks(fact));
        if (next === undefined) return;
        seen.add(next.subject);
        const answer = await worker(next);
        if (answer === undefined) continue;
        await append(searchIdOf(next.subject), answer);
        done++;
      }
      await settled();
    },
    ended: async (id: string) => (await searches.get(id))?.search.ended,
    async close() {
      stop.abort();
      await Promise.all(following);
    },
  };
};

const asks = (fact: Fact): boolean => isRequestTo("trainer", fact) || isRequestTo("evaluator", fact);
