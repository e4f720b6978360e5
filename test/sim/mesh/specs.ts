import { parseSpec, type Spec } from "@bnas/search";

/** The smallest space with two rounds: what a run costs grows with it, and what can go wrong does not. */
export const space = {
  name: "three-edges",
  operations: ["none", "skip_connect", "nor_conv_1x1"],
  cells: [
    {
      kind: "cell",
      inputs: 1,
      nodes: 2,
      edges: [
        { from: 0, to: 1 },
        { from: 0, to: 2 },
        { from: 1, to: 2 },
      ],
      links: "all",
      output: "last",
    },
  ],
  network: "nas-bench-201",
};

/** The ways in which searches differ for the mesh: which jobs there are, and what may run at once. */
const VARIANTS: readonly object[] = [
  {},
  { parallel: 2 },
  { parallel: 2, reduction: { passes: 2 } },
  { protocol: "fair", parallel: 2 },
  { reduction: { passes: 2, settleEpochs: 2 } },
  { strategy: "posterior", parallel: 2, reduction: { untrained: 2 } },
  { dedicated: false, weight: 3, train: { seeds: 1, epochs: 2 } },
];

/** So many different seeds of searches: each is also run undisturbed, once. */
const SEEDS = 12;

/** The spec of a number: of few, so that their undisturbed runs can be kept. */
export const specOf = (number: number): Spec => {
  const variant = VARIANTS[number % VARIANTS.length];
  return parseSpec({ preset: "smoke", space, seed: number % SEEDS, ...variant });
};

export const SPECS = VARIANTS.length * SEEDS;
