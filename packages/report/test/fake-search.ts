import {
  type Candidates,
  darts,
  decide,
  evolve,
  type Fact,
  type FactOf,
  type MadeBy,
  mapEdges,
  type Network,
  type Operation,
  type PerOperation,
  parseSpec,
  perEdge,
  type Recorded,
  record,
  row,
  type Search,
  type Spec,
  start,
  stream,
  writerOf,
} from "@bnas/search";
import { sha256 } from "./sha256.js";

/** Who did all of its jobs. */
const MADE_BY: MadeBy = {
  engine: {
    name: "wasm",
    digest: sha256("engine"),
    versions: { "@tensorflow/tfjs-core": "4.22.0", "@tensorflow/tfjs-backend-wasm": "4.22.0", node: "20.20.2" },
  },
  code: { version: "0.1.0", digest: sha256("code") },
};

/** How good an operation is on average in the fake world. */
const WORTH: Readonly<Record<Operation, number>> = {
  none: -0.9,
  max_pool_3x3: -0.1,
  avg_pool_3x3: -0.2,
  skip_connect: 0.15,
  sep_conv_3x3: 0.45,
  sep_conv_5x5: 0.35,
  dil_conv_3x3: 0.3,
  dil_conv_5x5: 0.1,
};
const worthOf = (operation: Operation): number => WORTH[operation] ?? 0;

/** A whole search by the real rules, in which jobs are answered with made-up numbers instead of training. */
export function fakeSearch(
  given: Partial<Spec> = {},
  id = "bnas-7",
): { search: Search; spec: Spec; facts: Recorded[] } {
  const spec = parseSpec({ preset: "cifar10", dataset: "cifar10:data/cifar-10", seed: 7, ...given });
  const facts: Recorded[] = [];
  let search = start(id);
  const append = (fact: Fact): void => {
    const time = new Date(Date.UTC(2025, 0, 1) + facts.length * 60_000).toISOString();
    facts.push(record(id, fact, writerOf(fact.kind), time));
    search = evolve(search, fact);
  };
  append({ kind: "search.opened", spec, datasetDigest: sha256("dataset") });
  for (let wanted = decide(search); wanted.length > 0; wanted = decide(search)) {
    for (const fact of wanted) {
      append(fact);
      for (const answer of answers(fact, spec)) append({ ...answer, madeBy: MADE_BY });
    }
  }
  return { search, spec, facts };
}

type Answer = FactOf<
  | "epoch.trained"
  | "sample.trained"
  | "sample.evaluated"
  | "pass.merged"
  | "model.epoch.trained"
  | "model.epoch.evaluated"
>;

function answers(fact: Fact, spec: Spec): Answer[] {
  if (fact.kind === "epoch.requested") return [epoch(fact, spec.seed)];
  if (fact.kind === "sample.requested") return sample(fact, spec.seed);
  if (fact.kind === "model.epoch.requested") return modelEpoch(fact, spec.seed);
  if (fact.kind === "pass.merge.requested") {
    const { round, pass } = fact;
    return [{ kind: "pass.merged", round, pass, checkpoint: sha256(`pass ${round} ${pass}`), seconds: 0.02 }];
  }
  return [];
}

function epoch(fact: FactOf<"epoch.requested">, seed: number): FactOf<"epoch.trained"> {
  const { job, jobs: _jobs, candidates, from: _from, kind: _kind, ...stage } = fact;
  const noise = stream(seed, "epoch", job);
  return {
    kind: "epoch.trained",
    ...stage,
    alpha: strengths(candidates, () => 0.01 * noise.gaussian()),
    beta: perEdge(darts, () => noise.gaussian()),
    checkpoint: sha256(`epoch ${job}`),
    loss: 2.3 - job * 0.02,
    images: 25_000,
    seconds: 31 + noise.next(),
  };
}

function sample(fact: FactOf<"sample.requested">, seed: number): Answer[] {
  const { job, round, pass, sample } = fact;
  const id = { round, pass, sample };
  const noise = stream(seed, "sample", job);
  const accuracy = Math.min(
    0.95,
    Math.max(0.1, 0.3 + 0.045 * round + 0.4 * worth(fact.network) + 0.02 * noise.gaussian()),
  );
  return [
    {
      kind: "sample.trained",
      ...id,
      checkpoint: sha256(`sample ${job}`),
      loss: 1.9,
      images: 25_000,
      seconds: 8 + noise.next(),
    },
    { kind: "sample.evaluated", ...id, correct: Math.round(accuracy * 5000), total: 5000, seconds: 1.5 + noise.next() },
  ];
}

/** An epoch of a trained network: it learns, and each a little otherwise. */
function modelEpoch({ model, epoch, job }: FactOf<"model.epoch.requested">, seed: number): Answer[] {
  const noise = stream(seed, "model", job);
  const correct = Math.round(10_000 * (0.9 + 0.01 * epoch + 0.005 * noise.next()));
  const trained = { checkpoint: sha256(`model ${job}`), loss: 0.3, images: 50_000, seconds: 60 };
  return [
    { kind: "model.epoch.trained", model, epoch, ...trained },
    { kind: "model.epoch.evaluated", model, epoch, correct, total: 10_000, loss: 0.25, seconds: 4 },
  ];
}

const strengths = (candidates: Candidates, number: () => number): PerOperation =>
  mapEdges(candidates, (operations) => row(operations, (operation) => 0.005 * worthOf(operation) + number()));

/** Mean worth of a network's operations; each place has likings of its own. */
const worth = (network: Network): number => {
  const all = Object.values(
    mapEdges(
      network,
      (operation, { cell, edge }) => worthOf(operation) + 0.35 * stream(1, cell, edge, operation).gaussian(),
    ),
  ).flat();
  return all.reduce((sum, one) => sum + one, 0) / all.length;
};
