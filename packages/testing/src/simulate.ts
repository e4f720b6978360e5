import { createHash } from "node:crypto";
import {
  darts,
  decide,
  evolve,
  type Fact,
  fullSpace,
  mapEdges,
  type Network,
  type PerOperation,
  parseSpec,
  perEdge,
  randomGenotype,
  row,
  type SampleId,
  type Search,
  type Space,
  type Spec,
  spaceOf,
  start,
  stream,
  subjectOf,
} from "@bnas/search";

/** A small complete spec. With strategy `given` the genotype is one of the space, if the test says none. */
export const aSpec = (given: object = {}): Spec => {
  const { strategy, space }: { readonly strategy?: unknown; readonly space?: unknown } = given;
  if (strategy !== "given" || "genotype" in given) return parseSpec({ preset: "smoke", ...given });
  return parseSpec({ preset: "smoke", genotype: randomGenotype(spaceOf(parseSpec({ space })), 1), ...given });
};

/** A world that answers every request: what it answers follows from the seed and the request alone, never from the order. */
export type World = {
  readonly seed: number;
  /** Images on which a sample is evaluated: few make many ties. */
  readonly images?: number;
  readonly alpha?: (job: number) => PerOperation;
  readonly accuracy?: (network: Network, id: SampleId) => number;
  /** Of a network with the weights of the supernet alone. */
  readonly untrained?: (network: Network, round: number) => number;
  /** Of the full-precision twin of a sample; without it no twin is evaluated. */
  readonly twin?: (network: Network, id: SampleId) => number;
};

export const ID = "simulated";

/** Numbers for every operation of every edge. */
export const everywhere = (
  number: (cell: string, edge: number, operation: string) => number,
  space: Space = darts,
): PerOperation =>
  mapEdges(fullSpace(space), (operations, { cell, edge }) =>
    row(operations, (operation) => number(cell, edge, operation)),
  );

/** What the trainer, and after it the evaluator, would answer to a fact. */
export const simulatedAnswer = (world: World, fact: Fact, space: Space = darts): Fact | undefined => {
  // What a request says of other facts has their times in it.
  const { after: _, ...asked } = fact as Fact & { readonly after?: unknown };
  const checkpoint = createHash("sha256")
    .update(`${world.seed} ${JSON.stringify(asked)}`)
    .digest("hex");
  // Every job has another number of images, so that none stands for another.
  const images = "job" in fact ? 200 + fact.job : 0;
  const trained = { checkpoint, loss: 1.5, images, seconds: 0.25 };
  switch (fact.kind) {
    case "epoch.requested": {
      const drawn = stream(world.seed, "alpha", fact.job);
      // A coarse grid, so that strengths tie now and then.
      const alpha = world.alpha?.(fact.job) ?? everywhere(() => drawn.below(20) / 20 - 0.5, space);
      const beta = perEdge(space, () => drawn.gaussian());
      const { round, epoch, stage } = { round: 0, ...fact };
      const place = stage === "warmup" ? { stage, epoch } : { stage, round, epoch };
      return { kind: "epoch.trained", ...place, ...trained, alpha, beta };
    }
    case "sample.requested": {
      const { round, pass, sample } = fact;
      return { kind: "sample.trained", round, pass, sample, ...trained };
    }
    case "model.epoch.requested": {
      const { model, epoch } = fact;
      return { kind: "model.epoch.trained", model, epoch, ...trained };
    }
    case "untrained.requested": {
      const total = world.images ?? 100;
      const correct = fact.networks.map((network, number) => {
        const drawn = stream(world.seed, "untrained", fact.round, number);
        return Math.round((world.untrained?.(network, fact.round) ?? drawn.next()) * total);
      });
      return { kind: "untrained.evaluated", round: fact.round, correct, total, seconds: 0.2 };
    }
    case "pass.merge.requested": {
      const { round, pass } = fact;
      return { kind: "pass.merged", round, pass, checkpoint, seconds: 0.01 };
    }
    default:
      return undefined;
  }
};

const evaluation = (world: World, id: SampleId, network: Network): Fact => {
  const { round, pass, sample } = id;
  const total = world.images ?? 100;
  const accuracy = world.accuracy?.(network, id) ?? stream(world.seed, "accuracy", round, pass, sample).next();
  const twin = world.twin?.(network, id);
  return {
    ...{ kind: "sample.evaluated", round, pass, sample, correct: Math.round(accuracy * total), total },
    ...(twin === undefined ? {} : { parent: Math.round(twin * total) }),
    seconds: 0.1,
  };
};

const modelEvaluation = (
  { seed, images: total = 100 }: World,
  id: { readonly model: number; readonly epoch: number },
): Fact => {
  const { model, epoch } = id;
  const correct = stream(seed, "model", model, epoch).below(total + 1);
  return { kind: "model.epoch.evaluated", model, epoch, correct, total, loss: 1.2, seconds: 0.1 };
};

export type Simulated = { readonly facts: readonly Fact[]; readonly search: Search };

/**
 * Run a search to its end. Answers that are on their way arrive in an order drawn by `order`: an evaluation may come long after
 * later samples are trained.
 * @param trainers take requests in their order, and end in any
 */
export const simulate = (
  spec: Spec,
  world: World,
  order = 0,
  before: readonly Fact[] = [],
  trainers = Number.POSITIVE_INFINITY,
): Simulated => {
  const arrivals = stream(order, "arrivals");
  const facts: Fact[] = [];
  const subjects = new Set<string>();
  /** What the evaluator will say, and what trainers will, in the order of the requests. */
  const evaluating: Fact[] = [];
  const training: Fact[] = [];
  let search = start(ID);

  const append = (fact: Fact): void => {
    const subject = subjectOf(ID, fact);
    if (subjects.has(subject)) return;
    subjects.add(subject);
    facts.push(fact);
    search = evolve(search, fact);
    const answer = simulatedAnswer(world, fact, spaceOf(spec));
    if (answer !== undefined) training.push(answer);
    if (fact.kind === "sample.trained") {
      const requested = facts.find(
        (one) => one.kind === "sample.requested" && subjectOf(ID, one) === subject.replace("trained", "requested"),
      );
      if (requested?.kind === "sample.requested") evaluating.push(evaluation(world, fact, requested.network));
    }
    if (fact.kind === "model.epoch.trained") evaluating.push(modelEvaluation(world, fact));
  };

  for (const fact of before) append(fact);
  append({ kind: "search.opened", spec });
  for (;;) {
    const wanted = decide(search);
    for (const fact of wanted) append(fact);
    if (wanted.length > 0) continue;
    const inHand = Math.min(trainers, training.length);
    const drawn = arrivals.below(Math.max(1, inHand + evaluating.length));
    const [next] = drawn < inHand ? training.splice(drawn, 1) : evaluating.splice(drawn - inHand, 1);
    if (next === undefined) return { facts, search };
    append(next);
  }
};

/** The facts of a kind. */
export const ofKind = <K extends Fact["kind"]>(facts: readonly Fact[], kind: K): Extract<Fact, { kind: K }>[] =>
  facts.filter((fact): fact is Extract<Fact, { kind: K }> => fact.kind === kind);
