import { existsSync, readFileSync } from "node:fs";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { darts, drawPass, edgePlaces, fullSpace, nth } from "@bnas/search";
import { tau } from "./agreement.js";
import { answersOf, withBench } from "./bench.js";
import { meanOf } from "./components.js";
import type { RetrainOptions } from "./options.js";

/** A network that was evaluated with the weights of the supernet and not trained. `worth`: right answers, in [0, 1]. */
export type Inherited = {
  readonly pass: number;
  readonly sample: number;
  readonly operations: readonly string[];
  readonly worth: number;
  readonly seconds: number;
};

const FILE = "inherited.jsonl";
/** Passes beyond those of any search. */
const FIRST_PASS = 1_000_000;

/** Evaluate passes of networks with the weights of the warm-up alone, on the first 400 reduction images. Continues where it was ended. */
export const inherit = (options: RetrainOptions, passes: number, say: (line: string) => void): Promise<void> =>
  withBench(options, async (bench) => {
    const file = join(options.out, FILE);
    const done = readInherited(options.out).length;
    const networks = Array.from({ length: passes }, (_, pass) =>
      drawPass(options.spec.seed, 1, FIRST_PASS + pass, fullSpace(darts)).map((network, sample) => ({
        network,
        pass,
        sample,
      })),
    ).flat();
    for (const { network, pass, sample } of networks.slice(done)) {
      const begun = performance.now();
      const [correct, total] = await answersOf(bench, network, bench.state, nth(bench.data.reduction, 0));
      const operations = Object.values(network).flat();
      const one: Inherited = {
        pass,
        sample,
        operations,
        worth: correct / total,
        seconds: (performance.now() - begun) / 1000,
      };
      await appendFile(file, `${JSON.stringify(one)}\n`);
    }
    say(`${networks.length} networks of ${passes} passes evaluated without training`);
  });

/** Whole lines of a folder: a line that was cut does not count. */
export const readInherited = (folder: string): readonly Inherited[] => {
  const file = join(folder, FILE);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.slice(0, -1).map((line) => JSON.parse(line) as Inherited);
};

/** Mean of each operation on each of the 28 edges, over the networks of the first passes that hold it. */
const meansOf = (networks: readonly Inherited[], passes: number): readonly (readonly number[])[] =>
  Array.from({ length: edgePlaces(darts).length }, (_, edge) =>
    darts.operations.map((operation) =>
      meanOf(
        networks
          .filter(({ pass, operations }) => pass < passes && operations[edge] === operation)
          .map(({ worth }) => worth),
      ),
    ),
  );

/** Tau between seeds of the order of operations on an edge that so many passes give: mean over edges and pairs of seeds. */
export const inheritedTau = (seeds: readonly (readonly Inherited[])[], passes: number): number => {
  const means = seeds.map((networks) => meansOf(networks, passes));
  const pairs = means.flatMap((one, place) => means.slice(place + 1).map((other) => [one, other] as const));
  return meanOf(pairs.map(([one, other]) => meanOf(one.map((edge, place) => tau(edge, nth(other, place))))));
};
