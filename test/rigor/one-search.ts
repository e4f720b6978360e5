import {
  decide,
  evolve,
  type Fact,
  type Network,
  type PerOperation,
  perEdge,
  type Search,
  type Space,
  type Spec,
  start,
  stream,
  traitsOf,
} from "@bnas/search";
import { networkOfGenotype } from "./cells.js";

/** What answers a search in the place of trainers: true accuracies, and what is measured of them. */
export type World = {
  /** Percent. */
  readonly accuracyOf: (network: Network) => number;
  /** Of a network's full-precision twin, percent. */
  readonly twinOf: (network: Network) => number;
  readonly alpha: PerOperation;
  /** Points. */
  readonly noise: number;
  /** Points a round. */
  readonly drift: number;
};

export type Found = {
  /** Of the answer by each `derive` that was asked for, percent. */
  readonly accuracies: readonly number[];
  readonly samples: number;
};

/** Images that a sample is evaluated on: so many that counting is no noise beside what the condition says. */
const IMAGES = 10_000_000;
/** Points by which a network that is not trained is noisier: with a deviation of 13 points over the table, a correlation of 0.45. */
const UNTRAINED_NOISE = 25;
/** Accuracies are measured around 0.5, so that no noise and no drift leaves the range. */
const UNIT = 200;

/**
 * One search by the product's own `evolve` and `decide`. No fact before the answer depends on `derive`, so one search answers for several.
 * A strategy without rounds sees the drift that its samples would have seen at the same count: `roundOf`.
 */
export const searchOnce = (
  spec: Spec,
  space: Space,
  {
    derives,
    world,
    roundOf,
  }: {
    readonly derives: readonly Spec["derive"][];
    readonly world: World;
    readonly roundOf: (sample: number) => number;
  },
): Found => {
  const noise = stream(spec.seed, "rigor", "noise");
  const beta = perEdge(space, () => 0);
  let search: Search = evolve(start("rigor"), { kind: "search.opened", spec });
  let samples = 0;
  const trained = { checkpoint: "0".repeat(64), loss: 1, images: 1, seconds: 0 };
  const answer = (fact: Fact): readonly Fact[] => {
    switch (fact.kind) {
      case "epoch.requested": {
        const at =
          fact.stage === "warmup"
            ? { stage: fact.stage, epoch: fact.epoch }
            : { stage: fact.stage, round: fact.round, epoch: fact.epoch };
        return [{ kind: "epoch.trained", ...at, ...trained, alpha: world.alpha, beta }];
      }
      case "sample.requested": {
        const { round, pass, sample, network } = fact;
        const drifted = world.drift * roundOf(samples++);
        const measured = (accuracy: number): number =>
          Math.round((0.25 + (accuracy + world.noise * noise.gaussian() + drifted) / UNIT) * IMAGES);
        const correct = measured(world.accuracyOf(network));
        const twin = traitsOf(spec.strategy).twins === true ? { parent: measured(world.twinOf(network)) } : {};
        return [
          { kind: "sample.trained", round, pass, sample, ...trained },
          { kind: "sample.evaluated", round, pass, sample, correct, total: IMAGES, ...twin, seconds: 0 },
        ];
      }
      case "untrained.requested": {
        const drawn = stream(spec.seed, "rigor", "untrained", fact.round);
        const correct = fact.networks.map((network) => {
          const measured = world.accuracyOf(network) + (world.noise + UNTRAINED_NOISE) * drawn.gaussian();
          return Math.round((0.25 + measured / UNIT) * IMAGES);
        });
        return [{ kind: "untrained.evaluated", round: fact.round, correct, total: IMAGES, seconds: 0 }];
      }
      default:
        return [];
    }
  };
  for (;;) {
    const wanted = decide(search);
    if (wanted.length === 0) throw new Error(`the search of ${spec.strategy} makes no progress`);
    if (wanted.some(({ kind }) => kind === "search.finished")) {
      const end = search;
      return { accuracies: derives.map((derive) => answerBy(end, { ...spec, derive }, space, world)), samples };
    }
    for (const fact of wanted) {
      search = evolve(search, fact);
      for (const next of answer(fact)) search = evolve(search, next);
    }
  }
};

const answerBy = (search: Search, spec: Spec, space: Space, world: World): number => {
  const finished = decide({ ...search, spec }).find((fact) => fact.kind === "search.finished");
  if (finished === undefined) throw new Error(`the search of ${spec.strategy} has no answer by ${spec.derive}`);
  return world.accuracyOf(networkOfGenotype(space, finished.genotype));
};
