// Does training the samples of a pass side by side lead to the decisions of the paper's order, and how much faster is it?
//   node test/bench/parallel.js [MINUTES] [DATASET]
// Kendall's tau between searches on real images, and samples a minute by one trainer and by two. docs/parallel.md says what the
// figures mean and what came out. It begins no search after MINUTES and tells of what was done by then.
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { concurrently } from "@bnas/disk";
import { CELL_KINDS, OPERATIONS } from "@bnas/search";
import { searchByTrainers } from "../search-by-trainers.js";

const minutes = Number(process.argv[2] ?? 12);
const cifar = fileURLToPath(new URL("../../../shared/data/cifar10", import.meta.url));
const dataset = process.argv[3] ?? (existsSync(cifar) ? `cifar10:${cifar}` : "shapes:");
const SEEDS = [0, 1, 2, 3, 4];
const SPEC = {
  dataset,
  preset: "quick",
  strategy: "bnas",
  network: { cells: 2, channels: 8, partial: 2 },
  data: { imageSize: 16, limit: 800, reductionImages: 800, cropPadding: 1 },
  warmup: { epochs: 2, batch: 20 },
  reduction: { passes: 2, batch: 20, settleEpochs: 1 },
};
/** The searches of a seed: the paper's order, side by side, and the paper's order with a weight decay that differs by 0.2 %. */
const KINDS = {
  sequential: { parallel: 1 },
  parallel: { parallel: 4 },
  disturbed: { parallel: 1, weights: { decay: 5.01e-4 } },
};

const begun = performance.now();
const minutesSince = () => (performance.now() - begun) / 60_000;

/** All facts of one search, in a folder that goes when it has ended; undefined when the time is up. */
const search = async (change, trainers) => {
  if (minutesSince() > minutes) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "bnas-bench-"));
  try {
    return await searchByTrainers({ ...SPEC, ...change }, folder, trainers);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const kindOf = (facts, kind) =>
  facts.filter(({ fact }) => fact.kind === kind).map(({ fact, time }) => ({ ...fact, time }));
const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
/** Standard error of the mean. */
const error = (numbers) =>
  Math.sqrt(mean(numbers.map((number) => (number - mean(numbers)) ** 2)) / Math.max(1, numbers.length - 1));

/** Kendall's tau-b: (pairs in one order - pairs in the other) / geometric mean of the pairs that do not tie in each. */
const tau = (one, other) => {
  let agree = 0;
  let first = 0;
  let second = 0;
  for (let i = 0; i < one.length; i++) {
    for (let j = 0; j < i; j++) {
      const a = Math.sign(one[i] - one[j]);
      const b = Math.sign(other[i] - other[j]);
      agree += a * b;
      first += a * a;
      second += b * b;
    }
  }
  return first === 0 || second === 0 ? 0 : agree / Math.sqrt(first * second);
};

/** For each of the 28 edges and 8 operations the round in which it went; 8 for the one that is left. */
const orderOfGoing = (facts) => {
  const reduced = kindOf(facts, "round.reduced");
  return CELL_KINDS.flatMap((cell) =>
    reduced[0].abandoned[cell].map((_, edge) =>
      OPERATIONS.map((operation) => reduced.find(({ abandoned }) => abandoned[cell][edge] === operation)?.round ?? 8),
    ),
  );
};

/** For each of the 28 edges the likelihoods of all 8 operations before the first reduction. */
const firstLikelihoods = (facts) => {
  const [{ likelihoods }] = kindOf(facts, "round.reduced");
  return CELL_KINDS.flatMap((cell) => likelihoods[cell].map((row) => OPERATIONS.map((operation) => row[operation])));
};

const meanTau = (one, other) => mean(one.map((edge, place) => tau(edge, other[place])));
const sameLeft = (one, other) => mean(one.map((edge, place) => Number(edge.indexOf(8) === other[place].indexOf(8))));

/** Mean accuracy of the samples of each round. */
const accuracies = (facts) =>
  [1, 2, 3, 4, 5, 6, 7].map((round) =>
    mean(
      kindOf(facts, "sample.evaluated")
        .filter((fact) => fact.round === round)
        .map(({ correct, total }) => correct / total),
    ),
  );

/** Samples a minute while there are samples to train: from the first request of a pass until what comes next may start. */
const samplesAMinute = (facts) => {
  const passes = new Map();
  for (const { fact, time } of facts) {
    if (!["sample.requested", "sample.trained", "pass.merged"].includes(fact.kind)) continue;
    const at = Date.parse(time);
    const { from, to } = passes.get(`${fact.round}.${fact.pass}`) ?? { from: at, to: at };
    passes.set(`${fact.round}.${fact.pass}`, { from: Math.min(from, at), to: Math.max(to, at) });
  }
  const seconds = [...passes.values()].reduce((sum, { from, to }) => sum + (to - from) / 1000, 0);
  return { perMinute: (60 * kindOf(facts, "sample.trained").length) / seconds, seconds };
};

// 1. Speed, one search at a time, the settings in turn.
console.log(`${dataset}, load before: ${loadavg()[0].toFixed(1)}`);
const settings = [
  ["parallel 1, 1 trainer", { parallel: 1 }, 1],
  ["parallel 4, 1 trainer", { parallel: 4 }, 1],
  ["parallel 4, 2 trainers", { parallel: 4 }, 2],
];
const speeds = new Map(settings.map(([name]) => [name, []]));
for (let turn = 0; turn < 3; turn++) {
  for (const [name, change, trainers] of settings) {
    const facts = await search({ ...change, seed: 100 + turn }, trainers);
    if (facts !== undefined) speeds.get(name).push({ ...samplesAMinute(facts), load: loadavg()[0] });
  }
}
for (const [name, of] of speeds) {
  const each = of.map(({ perMinute, load }) => `${perMinute.toFixed(0)} (load ${load.toFixed(1)})`).join(", ");
  console.log(`${name.padEnd(24)} ${mean(of.map(({ perMinute }) => perMinute)).toFixed(0)} samples a minute: ${each}`);
}

// 2. Agreement: two searches at a time, since times do not count here.
const jobs = SEEDS.flatMap((seed) => Object.entries(KINDS).map(([kind, change]) => ({ seed, kind, change })));
const runs = await concurrently(jobs, 2, async ({ seed, kind, change }) => ({
  seed,
  kind,
  facts: await search({ ...change, seed }, 1),
}));
const found = runs
  .filter(({ facts }) => facts !== undefined)
  .map(({ seed, kind, facts }) => ({
    seed,
    kind,
    going: orderOfGoing(facts),
    first: firstLikelihoods(facts),
    accuracies: accuracies(facts),
  }));
const of = (kind) => found.filter((run) => run.kind === kind);
const sameSeed = (kind, other) =>
  of(kind).flatMap((one) =>
    of(other)
      .filter(({ seed }) => seed === one.seed)
      .map((two) => [one, two]),
  );
const otherSeeds = (kind) =>
  of(kind).flatMap((one, place) =>
    of(kind)
      .slice(place + 1)
      .map((two) => [one, two]),
  );
const comparisons = [
  ["parallel 1 and parallel 4, same seed", sameSeed("sequential", "parallel")],
  ["parallel 1 and parallel 1 disturbed, same seed", sameSeed("sequential", "disturbed")],
  ["parallel 1, two seeds", otherSeeds("sequential")],
  ["parallel 4, two seeds", otherSeeds("parallel")],
];
const figure = (numbers) => `${mean(numbers).toFixed(3)} +- ${error(numbers).toFixed(3)}`;
console.log(`\n${"".padEnd(48)} pairs  tau of going     tau of s, round 1   same operation left`);
for (const [name, pairs] of comparisons) {
  const going = pairs.map(([one, two]) => meanTau(one.going, two.going));
  const first = pairs.map(([one, two]) => meanTau(one.first, two.first));
  const left = pairs.map(([one, two]) => sameLeft(one.going, two.going));
  console.log(
    `${name.padEnd(48)} ${`${pairs.length}`.padStart(5)}  ${figure(going)}  ${figure(first)}     ${figure(left)}`,
  );
}
console.log("\nmean accuracy of the samples, rounds 1 to 7");
for (const kind of Object.keys(KINDS)) {
  const byRound = [0, 1, 2, 3, 4, 5, 6].map((round) => mean(of(kind).map((run) => run.accuracies[round])));
  console.log(`${kind.padEnd(12)} ${byRound.map((accuracy) => `${(100 * accuracy).toFixed(1)} %`).join("  ")}`);
}
console.log(
  `\n${found.length} of ${jobs.length} searches for the agreement, ${minutesSince().toFixed(1)} minutes, load ${loadavg()[0].toFixed(1)}`,
);
process.exit(0);
