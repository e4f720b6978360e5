import { type Batch, cosineRate, trainSample } from "@bnas/network";
import { countJobs, drawPass, fullSpace, type Network, spaceOf, type Tensors } from "@bnas/search";
import { answersOf, type Bench, withBench } from "./bench.js";
import { streamOf } from "./data.js";
import type { RetrainOptions } from "./options.js";
import { appendResult, type Result, readResults, type Schedule } from "./results.js";

/** Orders of the images: numbers of epochs that no search comes to. */
const FIRST_ORDER = 1_000_000;

/**
 * Train each network in each order from the checkpoint of one warm-up, as both protocols do, and evaluate it on reduction and on test
 * images. What is in the folder already is not done again.
 */
export const retrain = (options: RetrainOptions, say: (line: string) => void): Promise<void> =>
  withBench(options, async (bench) => {
    const { out, networks, orders, spec } = options;
    const { state, data } = bench;
    // Of the first pass when all operations are sampled: no two of these networks share an operation on any edge.
    const drawn = drawPass(spec.seed, 1, 1, fullSpace(spaceOf(spec))).slice(0, networks);
    const done = new Set(readResults(out).map(nameOf));
    for (const [network, cells] of drawn.entries()) {
      const id = { schedule: "untrained", network, order: 0 } as const;
      if (!done.has(nameOf(id))) await appendResult(out, { ...id, ...(await evaluated(bench, cells, state, 0)) });
    }
    for (let order = 0; order < orders; order++) {
      const batches = await data.order(FIRST_ORDER + order);
      for (const [network, cells] of drawn.entries()) {
        for (const schedule of ["constant", "annealed"] as const) {
          const id = { schedule, network, order };
          if (done.has(nameOf(id))) continue;
          const result = { ...id, ...(await trained(bench, cells, batches, schedule)) };
          await appendResult(out, result);
          const [correct, total] = result.fresh;
          say(
            `${schedule}, network ${network}, order ${order}: ${((100 * correct) / total).toFixed(1)} % of test images`,
          );
        }
      }
    }
  });

const nameOf = ({ schedule, network, order }: Pick<Result, "schedule" | "network" | "order">): string =>
  `${schedule} ${network} ${order}`;

/** One epoch of a network (line 7), at the rate of the first sample of a search. */
const trained = async (
  bench: Bench,
  network: Network,
  batches: readonly Batch[],
  schedule: Exclude<Schedule, "untrained">,
) => {
  const { engine, spec, described, state } = bench;
  const { input, normalization } = described;
  const begun = performance.now();
  const { changed } = await trainSample(engine, {
    ...{ spec, input, normalization, network, state },
    rate: cosineRate(spec.weights, spec.warmup.epochs, countJobs(spec)),
    batches: streamOf(batches),
    ...(schedule === "annealed" ? { annealOver: batches.length } : {}),
  });
  return evaluated(bench, network, new Map([...state, ...changed]), (performance.now() - begun) / 1000);
};

const evaluated = async (
  bench: Bench,
  network: Network,
  state: Tensors,
  training: number,
): Promise<Pick<Result, "reduction" | "fresh" | "seconds">> => {
  const { data } = bench;
  const begun = performance.now();
  const reduction: (readonly [number, number])[] = [];
  for (const chunk of data.reduction) reduction.push(await answersOf(bench, network, state, chunk));
  const between = performance.now();
  const fresh = await answersOf(bench, network, state, data.fresh);
  return { reduction, fresh, seconds: [training, (between - begun) / 1000, (performance.now() - between) / 1000] };
};
