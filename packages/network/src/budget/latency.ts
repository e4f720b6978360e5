import { EPSILON } from "@bnas/kernels";
import {
  type CellKind,
  type Costs,
  darts,
  type Genotype,
  kindsOf,
  type Link,
  type LinkCosts,
  linksOf,
  nth,
  type Operation,
  randomGenotype,
  stream,
} from "@bnas/search";
import { type Tensor, type Tensor4D, tensor4d, tidy } from "@tensorflow/tfjs-core";
import { type BatchStatistics, derivedLayers, type Mode } from "../engine/derived-layers.js";
import type { Engine } from "../engine/engine.js";
import { strideOf } from "../paper/darts-network.js";
import { type DerivedLayers, derivedCell } from "../paper/derived-cell.js";
import { stackOf } from "../paper/networks.js";
import { runParts } from "../paper/parts.js";
import type { CellPlan, InputShape } from "../paper/stack.js";
import { buildDerived, type DerivedOptions, uploadWeights } from "../train/derived.js";

/** Nanoseconds of operations, by name. */
export type OperationTimes = Readonly<Record<string, number>>;

/** How long each operation takes on one engine, in each cell of a stack, for one image. */
export type LatencyTable = {
  readonly engine: string;
  readonly network: Omit<DerivedOptions, "auxiliary">;
  readonly input: InputShape;
  /** Runs of each network, of which the least time counts. */
  readonly runs: number;
  /** Nanoseconds of the stem and the classifier. */
  readonly base: number;
  readonly cells: readonly CellTimes[];
};

/** Nanoseconds of one cell of a stack. */
export type CellTimes = {
  readonly name: string;
  readonly kind: CellKind;
  readonly channels: number;
  /** Of all but its links: preprocessing, sums, concatenation. */
  readonly base: number;
  readonly operations: OperationTimes;
  /** On edges that halve, of a reduction cell. */
  readonly halving: OperationTimes;
};

export type LatencyOptions = {
  readonly engine: Engine;
  readonly network: Omit<DerivedOptions, "auxiliary">;
  readonly input: InputShape;
  readonly runs: number;
  /** Milliseconds from any start, as exact as there are. */
  readonly clock: () => number;
  readonly progress?: (done: number, all: number) => void;
};

/** All but `none`, which no derived network has. */
const MEASURED: readonly Operation[] = darts.operations.filter((operation) => operation !== "none");

/**
 * Measures each operation in its place: in whole networks that have it on every link, cell by cell, less the same network with skip
 * connections, which take nothing where they do not halve. So a time has all that a link brings with it: memory, dispatch, norms.
 * The networks take turns, and of each cell the least of all turns counts, because whatever else the machine does only adds.
 */
export const measureLatency = async (options: LatencyOptions): Promise<LatencyTable> => {
  await options.engine.activate();
  const { network, input, runs, engine, progress } = options;
  const probes = MEASURED.flatMap((operation) => [
    { operation, genotype: genotypeOf(everywhere(operation), everywhere(operation)) },
    { operation, genotype: genotypeOf(everywhere(operation), plain(operation)) },
  ]);
  const networks = probes.map(({ genotype }) => timedNetwork(genotype, options));
  const turns = Array.from({ length: runs }, (_, turn) => {
    const times = networks.map(({ run }) => run());
    progress?.(turn + 1, runs);
    return times;
  });
  for (const { dispose } of networks) dispose();
  const least = probes.map((_, probe) => leastOf(turns.map((times) => nth(times, probe))));
  const parts = stackOf(network, input).parts<unknown>((_net, _plan, inputs) => inputs[1]);
  const cells = parts.flatMap(({ cell }, part) =>
    cell === null
      ? []
      : [
          cellTimes(
            cell,
            least.map((times) => nth(times, part)),
          ),
        ],
  );
  const outside = parts.flatMap(({ cell }, part) =>
    cell === null ? [Math.min(...least.map((times) => nth(times, part)))] : [],
  );
  return { engine: engine.name, network, input, runs, base: outside.reduce((sum, time) => sum + time, 0), cells };
};

/** @param times of this cell in each probe: for every operation with it on all links, then with `plain` in reduction cells */
const cellTimes = ({ name, kind, channels }: CellPlan, times: readonly number[]): CellTimes => {
  const time = (operation: Operation, plainly: 0 | 1): number => nth(times, 2 * MEASURED.indexOf(operation) + plainly);
  if (kind === "normal") {
    const either = (operation: Operation): number => Math.min(time(operation, 0), time(operation, 1));
    const base = either("skip_connect");
    return { name, kind, channels, base, operations: perOperation((one) => (either(one) - base) / 8), halving: {} };
  }
  // With skip connections: 5 links that take nothing and 3 that halve in `plain`, 8 that halve in the other.
  const skip = (time("skip_connect", 0) - time("skip_connect", 1)) / 5;
  const base = time("skip_connect", 1) - 3 * skip;
  return {
    name,
    kind,
    channels,
    base: Math.max(0, Math.round(base)),
    operations: perOperation((one) => (time(one, 1) - time("skip_connect", 1)) / 5),
    halving: perOperation((one) => (time(one, 0) - base) / 8),
  };
};

/** What a table says of a network, as a sum over its links. */
export const latencyCosts = ({ base, cells }: LatencyTable): LinkCosts => ({
  base: { latency: base + sum(cells.map((cell) => cell.base)) },
  of(kind, from, operation): Costs {
    const halves = strideOf(kind, from) === 2;
    const own = cells.filter((cell) => cell.kind === kind);
    return { latency: sum(own.map((cell) => (halves ? cell.halving : cell.operations)[operation] ?? 0)) };
  },
});

/** A network that was measured as a whole, in nanoseconds, beside what the sum over its links says. */
export type LatencyCheck = { readonly genotype: Genotype; readonly measured: number; readonly summed: number };

/** Measures random networks as a whole, to see how far the table is from them. */
export const checkLatency = async (
  table: LatencyTable,
  networks: number,
  options: LatencyOptions,
): Promise<readonly LatencyCheck[]> => {
  await options.engine.activate();
  const { base, of } = latencyCosts(table);
  return Array.from({ length: networks }, (_, seed) => {
    const genotype = randomGenotype(darts, seed);
    const { run, dispose } = timedNetwork(genotype, options);
    const times = leastOf(Array.from({ length: options.runs }, run));
    dispose();
    options.progress?.(seed + 1, networks);
    const links = kindsOf(darts).flatMap((kind) =>
      linksOf(genotype, kind).map(([name, from]) => of(kind, from, name).latency ?? 0),
    );
    return { genotype, measured: sum(times), summed: (base.latency ?? 0) + sum(links) };
  });
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Of each part the least of several runs. */
const leastOf = (runs: readonly (readonly number[])[]): readonly number[] =>
  nth(runs, 0).map((_, part) => Math.min(...runs.map((times) => nth(times, part))));

/** The network of a genotype, ready to run: `run` gives the nanoseconds of each of its parts. */
const timedNetwork = (
  genotype: Genotype,
  { engine, network, input, clock }: LatencyOptions,
): { readonly run: () => readonly number[]; readonly dispose: () => void } => {
  const derived = buildDerived(genotype, { ...network, auxiliary: false }, input);
  const weights = uploadWeights(derived.parameters, derived.initialState(0));
  const { gaussian } = stream(0, "latency image");
  const { height, width, channels } = input;
  const pixels = Float32Array.from({ length: height * width * channels }, gaussian);
  const image = tensor4d(pixels, [1, height, width, channels]);
  // Statistics of the image itself: activations keep their size, and no number becomes so small that it takes longer.
  const training: Mode = { training: true, rate: 0, dropPath: { probability: 0, stream: stream(0, "latency") } };
  let statistics: BatchStatistics = new Map();
  tidy(() => {
    statistics = derived.forward(image, weights, training).statistics;
  });
  const parts = stackOf(network, input).parts<Tensor4D, DerivedLayers<Tensor4D>>((net, plan, inputs) =>
    derivedCell(net, plan, darts, genotype, inputs),
  );
  const tensorOf = (name: string): Tensor => {
    const found = weights.get(name);
    if (found === undefined) throw new RangeError(`the derived network has no tensor ${name}`);
    return found;
  };
  const layers = derivedLayers(
    {
      binarize: network.binarize,
      binarizer: network.binarizer ?? "xnor",
      xnor: network.xnor ?? "tensor",
      epsilon: network.epsilon ?? EPSILON,
    },
    tensorOf,
    { training: false, statistics },
    new Map(),
  );
  const run = (): readonly number[] => {
    const times: number[] = [];
    tidy(() => {
      let before = clock();
      runParts(parts, layers, image, (value) => {
        // A card computes later than it is asked.
        if (engine.name === "gpu") value.dataSync();
        const now = clock();
        times.push(Math.round(1e6 * (now - before)));
        before = now;
      });
    });
    return times;
  };
  run();
  const dispose = (): void => {
    for (const tensor of [image, ...weights.values()]) tensor.dispose();
  };
  return { run, dispose };
};

const perOperation = (time: (operation: Operation) => number): OperationTimes =>
  Object.fromEntries(MEASURED.map((operation) => [operation, Math.max(0, Math.round(time(operation)))]));

const genotypeOf = (normal: readonly Link[], reduce: readonly Link[]): Genotype => ({
  normal,
  normal_concat: [2, 3, 4, 5],
  reduce,
  reduce_concat: [2, 3, 4, 5],
});

/** On all links, which come from the inputs: in a reduction cell all of them halve. */
const everywhere = (operation: Operation): Link[] =>
  [0, 1, 2, 3].flatMap((): Link[] => [
    [operation, 0],
    [operation, 1],
  ]);

/** On the 5 links that need not come from the inputs; skip connections on the other 3. */
const plain = (operation: Operation): Link[] => [
  ["skip_connect", 0],
  ["skip_connect", 1],
  ["skip_connect", 0],
  [operation, 2],
  [operation, 2],
  [operation, 3],
  [operation, 3],
  [operation, 4],
];
