// One worker process, for tests that kill it or hold it still: node worker.mjs HOST:PORT STREAM LEASE_MS
// It says {"took": SAMPLE} and waits for a line: "answer" appends the result, "stumble" throws.
// It says {"duplicate", "correct"} of what it appended, and {"failed": SAMPLE} when it failed the search.
import { createInterface } from "node:readline";
import { openJetStream } from "@bnas/nats";
import { record, resultSubject, searchIdOf } from "@bnas/search";

const [address = "", stream = "", leaseMs = ""] = process.argv.slice(2);
const say = (words) => process.stdout.write(`${JSON.stringify(words)}\n`);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const { log, jobs } = await openJetStream({ servers: [address], stream, leaseMs: Number(leaseMs) });
await jobs.work(
  {
    name: "evaluator",
    pattern: "bnas.search.*.round.>",
    result: ({ subject, fact }) => (fact.kind === "sample.trained" ? resultSubject(searchIdOf(subject), fact) : null),
    async handle({ subject, fact: { round, pass, sample } }) {
      say({ took: sample });
      if ((await lines.next()).value === "stumble") throw new Error("stumbled");
      const fact = { kind: "sample.evaluated", round, pass, sample, correct: 1, total: 8, seconds: 1 };
      const { stored, duplicate } = await log.append(
        record(searchIdOf(subject), fact, "evaluator", new Date().toISOString()),
      );
      say({ duplicate, correct: stored.fact.correct });
    },
    failed: async ({ fact }) => say({ failed: fact.sample }),
  },
  new AbortController().signal,
);
