// Kills every service at random, again and again, while searches run, and lets a model judge what the log holds afterwards.
//   npm run test:chaos -- --kills 20 [--log file|nats] [--seed 1] [--trainers 2] [--parallel 1]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { connect, openLog } from "@bnas/mesh";
import { SearchServiceDefinition, SearchState } from "@bnas/proto";
import { stream } from "@bnas/search";
import { faults } from "./history.js";
import { freePort, service } from "./supervised.js";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "20" },
    log: { type: "string", default: "file" },
    seed: { type: "string", default: "1" },
    trainers: { type: "string", default: "2" },
    parallel: { type: "string", default: "1" },
  },
});
const kills = Number(values.kills);
const random = stream(Number(values.seed), "chaos");
const folder = mkdtempSync(join(tmpdir(), "bnas-chaos-"));
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const spec = (seed) => ({
  preset: "smoke",
  dataset: "shapes:?classes=3&size=8&images=120&test=30",
  seed,
  ...(values.parallel === "1" ? {} : { parallel: Number(values.parallel) }),
  network: { cells: 2, channels: 4, partial: 2 },
  data: { limit: 0, reductionImages: 30, cropPadding: 1 },
  warmup: { epochs: 1, batch: 20 },
  reduction: { passes: 1, batch: 30 },
});

// The mesh: every service a process of its own on a port that it keeps.
const ports = { dataset: await freePort(), pruner: await freePort() };
const broker = values.log === "nats" ? await (await import("./broker.js")).startBroker() : undefined;
const where =
  broker === undefined
    ? { log: `file:${join(folder, "facts.jsonl")}`, store: `dir:${join(folder, "blobs")}` }
    : { log: broker.url, store: broker.url };
const all = ["--log", where.log, "--store", where.store, "--dataset", `127.0.0.1:${ports.dataset}`];
const services = [
  service("dataset", ["--listen", `127.0.0.1:${ports.dataset}`]),
  service("pruner", [...all, "--listen", `127.0.0.1:${ports.pruner}`]),
  service("evaluator", all),
  ...Array.from({ length: Number(values.trainers) }, (_, i) => service("trainer", all, `trainer ${i + 1}`)),
];
const victims = [...services, ...(broker === undefined ? [] : [broker])];

const { client, close } = connect(SearchServiceDefinition, `127.0.0.1:${ports.pruner}`, { deadlineMs: 2000 });

/** Ask until it is answered: the pruner may be dead just now. */
const insist = async (what, ask) => {
  for (let tries = 0; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (tries > 300) throw new Error(`${what} was not answered in 300 tries`, { cause: error });
      await wait(200);
    }
  }
};

/** Follow a search to its end, through every restart. Gives the subjects that the API told. */
const toTheEnd = async (searchId) => {
  const acknowledged = new Set();
  let afterSequence = 0;
  for (;;) {
    try {
      for await (const { subject, sequence } of client.watchSearch({ searchId, afterSequence })) {
        acknowledged.add(subject);
        afterSequence = sequence;
      }
      const { state, message } = await client.getSearch({ searchId });
      if (state === SearchState.SEARCH_STATE_FINISHED) return acknowledged;
      if (state === SearchState.SEARCH_STATE_FAILED)
        throw Object.assign(new Error(`${searchId} failed: ${message}`), { final: true });
    } catch (error) {
      if (error.final) throw error;
    }
    await wait(100);
  }
};

const factsOf = async (searchId) => {
  const log = await openLog(where.log);
  try {
    return await log.read(`bnas.search.${searchId}.>`);
  } finally {
    await log.close();
  }
};

const search = async (searchId, seed) => {
  await insist(`CreateSearch ${searchId}`, () => client.createSearch({ searchId, spec: spec(seed) }));
  return toTheEnd(searchId);
};

let struck = 0;
let stopping = false;
const counts = {};
const strike = async () => {
  const victim = victims[random.below(victims.length)];
  const pause = victim.name.startsWith("trainer") && random.next() < 0.3;
  const what = `${victim.name}: ${pause ? "SIGSTOP, then SIGCONT" : "SIGKILL"}`;
  counts[what] = (counts[what] ?? 0) + 1;
  struck += 1;
  if (!pause) {
    victim.signal("SIGKILL");
    return;
  }
  victim.signal("SIGSTOP");
  await wait(500 + random.below(1500));
  victim.signal("SIGCONT");
};

let failed = 0;
let done = 0;
try {
  const seeds = [1, 2, 3];
  const undisturbed = new Map();
  for (const seed of seeds) {
    await search(`calm-${seed}`, seed);
    undisturbed.set(seed, await factsOf(`calm-${seed}`));
  }
  console.log(`${seeds.length} searches undisturbed on ${values.log}; now ${kills} strikes`);

  const striking = (async () => {
    while (struck < kills && !stopping) {
      await wait(200 + random.below(1800));
      await strike();
    }
  })();
  for (let turn = 0; struck < kills || turn === 0; turn++) {
    const seed = seeds[turn % seeds.length];
    const searchId = `struck-${turn}`;
    const acknowledged = await search(searchId, seed);
    const wrong = faults({
      facts: await insist("the log", () => factsOf(searchId)),
      undisturbed: undisturbed.get(seed),
      acknowledged,
      rename: (subject) => subject.replace(`.calm-${seed}.`, `.${searchId}.`),
    });
    if (wrong.length === 0) done += 1;
    else failed += 1;
    console.log(
      `${searchId} (seed ${seed}) after ${struck} strikes: ${wrong.length === 0 ? "the undisturbed facts" : "FAULTS"}`,
    );
    for (const sentence of wrong.slice(0, 10)) console.log(`  ${sentence}`);
  }
  await striking;
} catch (error) {
  failed += 1;
  console.error(error);
  for (const { name, log } of victims) console.error(`--- ${name}\n${log?.slice(-3000)}`);
} finally {
  stopping = true;
  close();
  await Promise.all(services.map((one) => one.stop()));
  await broker?.stop();
  rmSync(folder, { recursive: true, force: true });
}
for (const [what, times] of Object.entries(counts).sort()) console.log(`${String(times).padStart(4)} x ${what}`);
console.log(`${done} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
