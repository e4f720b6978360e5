import { createHash } from "node:crypto";
import {
  darts,
  decide,
  evolve,
  type Fact,
  parseSpec,
  perEdge,
  type Recorded,
  record,
  row,
  start,
  stream,
  writerOf,
} from "@bnas/search";

/** The time of every fact: no bench looks at it. */
export const TIME = "2026-01-02T03:04:05.000Z";

/** What workers would answer to a fact, numbers by seed; undefined for a fact that asks for nothing. */
export const answerOf = (fact: Fact): Fact | undefined => {
  const drawn = stream(1, JSON.stringify(fact));
  const checkpoint = createHash("sha256").update(JSON.stringify(fact)).digest("hex");
  const trained = { checkpoint, loss: 1.5, images: 200, seconds: 0.25 };
  switch (fact.kind) {
    case "epoch.requested": {
      const beta = perEdge(darts, () => drawn.gaussian());
      const alpha = perEdge(darts, () => row(darts.operations, () => drawn.gaussian()));
      const given = { ...trained, alpha, beta };
      return fact.stage === "warmup"
        ? { kind: "epoch.trained", stage: "warmup", epoch: fact.epoch, ...given }
        : { kind: "epoch.trained", stage: "settle", round: fact.round, epoch: fact.epoch, ...given };
    }
    case "sample.requested": {
      const { round, pass, sample } = fact;
      return { kind: "sample.trained", round, pass, sample, ...trained };
    }
    case "sample.trained": {
      const { round, pass, sample } = fact;
      return { kind: "sample.evaluated", round, pass, sample, correct: drawn.below(100), total: 100, seconds: 0.1 };
    }
    default:
      return undefined;
  }
};

/** The facts of one whole search, from `search.opened` to `search.finished`, in the order in which they happen. */
export const wholeSearch = (): readonly Fact[] => {
  let search = start("whole");
  const facts: Fact[] = [];
  const append = (fact: Fact): void => {
    facts.push(fact);
    search = evolve(search, fact);
    const answered = answerOf(fact);
    if (answered !== undefined) append(answered);
  };
  append({ kind: "search.opened", spec: parseSpec({ preset: "smoke", warmup: { epochs: 4 } }) });
  while (search.ended === undefined) for (const fact of decide(search)) append(fact);
  return facts;
};

/** The same facts as a log has them. */
const recorded: readonly Recorded[] = wholeSearch().map((fact) => record("one", fact, writerOf(fact.kind), TIME));

/** The facts of one whole search as a log has them, under the id of that search. Quick: they are made once. */
export const recordedSearch = (id: string): readonly Recorded[] =>
  recorded.map((one) => ({ ...one, subject: one.subject.replace(".one.", `.${id}.`) }));
