/** How a strategy finds its answer. */
export type StrategyTraits = {
  /** What is trained: rounds that abandon operations; as many samples without abandoning; the warm-up alone; nothing. */
  readonly trains: "rounds" | "samples" | "warm-up" | "nothing";
  /** Whether the networks of a pass follow from the accuracies before it (fact `pass.planned`), or from the seed alone. */
  readonly plans: boolean;
  /** Whether each sample is evaluated without binarization, too. */
  readonly twins?: boolean;
  /** What its answer may be taken from; the first is the default. */
  readonly derive: readonly Derive[];
};

/** What the genotype is taken from. */
export type Derive = (typeof DERIVES)[number];
export const DERIVES = ["survivors", "best-sample", "estimate"] as const;

/** Every strategy by its name. */
const STRATEGIES = {
  bnas: { trains: "rounds", plans: false, derive: ["survivors", "best-sample"] },
  "bnas-ucb": { trains: "rounds", plans: false, derive: ["survivors", "best-sample"] },
  "cp-nas": { trains: "rounds", plans: false, twins: true, derive: ["survivors", "best-sample"] },
  posterior: { trains: "rounds", plans: true, derive: ["estimate", "survivors", "best-sample"] },
  "random-search": { trains: "samples", plans: true, derive: ["best-sample", "estimate"] },
  evolution: { trains: "samples", plans: true, derive: ["best-sample", "estimate"] },
  "pc-darts": { trains: "warm-up", plans: false, derive: ["survivors"] },
  given: { trains: "nothing", plans: false, derive: ["survivors"] },
  random: { trains: "nothing", plans: false, derive: ["survivors"] },
} as const satisfies Record<string, StrategyTraits>;

export type StrategyName = keyof typeof STRATEGIES;
export const STRATEGY_NAMES = Object.keys(STRATEGIES) as [StrategyName, ...StrategyName[]];

/** What a strategy does with a search. */
export const traitsOf = (strategy: StrategyName): StrategyTraits => STRATEGIES[strategy];
