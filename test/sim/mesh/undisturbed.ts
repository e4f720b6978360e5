import {
  decide,
  evolve,
  type Fact,
  isRequestTo,
  type Recorded,
  record,
  type Spec,
  start,
  traitsOf,
  writerOf,
} from "@bnas/search";
import { MemoryStore } from "@bnas/store";
import { mergePass } from "../../../services/trainer/src/merge-pass.js";
import { evaluate, trainEpoch, trainModel, trainSample } from "./engine.js";

/** The facts of a search where nothing happens to anything: one job after another, in one place. */
export const undisturbed = async (spec: Spec): Promise<readonly Recorded[]> => {
  const store = new MemoryStore();
  const facts: Fact[] = [];
  const jobs: Fact[] = [];
  let search = start("undisturbed");
  const append = (fact: Fact): void => {
    facts.push(fact);
    search = evolve(search, fact);
    if (isRequestTo("trainer", fact) || isRequestTo("evaluator", fact)) jobs.push(fact);
  };
  append({ kind: "search.opened", spec, datasetDigest: "0".repeat(64), proof: 1 });
  for (;;) {
    const wanted = decide(search);
    for (const fact of wanted) append(fact);
    if (wanted.length > 0) continue;
    const job = jobs.shift();
    if (job === undefined) break;
    const answer = await answerOf(spec, store, facts, job);
    append(isRequestTo("trainer", job) ? ({ ...answer, from: job.from } as Fact) : answer);
  }
  return facts.map((fact) => record("undisturbed", fact, writerOf(fact.kind), "2026-01-01T00:00:00.000Z"));
};

const answerOf = async (spec: Spec, store: MemoryStore, facts: readonly Fact[], fact: Fact): Promise<Fact> => {
  const seconds = 0;
  switch (fact.kind) {
    case "epoch.requested": {
      const { round, epoch, stage } = { round: 0, ...fact };
      const place = stage === "warmup" ? { stage, epoch } : { stage, round, epoch };
      return { ...(await trainEpoch(store, spec, fact)), ...place, seconds };
    }
    case "sample.requested": {
      const { round, pass, sample } = fact;
      return { ...(await trainSample(store, spec, fact)), round, pass, sample, seconds };
    }
    case "pass.merge.requested": {
      const { round, pass } = fact;
      return { ...(await mergePass({ merge: fact }, { store }, { clock: () => 0 })), round, pass };
    }
    case "model.epoch.requested": {
      const { model, epoch } = fact;
      return { ...(await trainModel(store, spec, fact)), model, epoch, seconds };
    }
    case "untrained.requested": {
      const correct: number[] = [];
      for (const network of fact.networks) correct.push((await evaluate(store, fact.from, network)).correct);
      return { kind: "untrained.evaluated", round: fact.round, correct, total: 100, seconds };
    }
    case "sample.trained": {
      const { round, pass, sample, checkpoint } = fact;
      const asked = facts.find(
        (one) => one.kind === "sample.requested" && one.round === round && one.pass === pass && one.sample === sample,
      );
      const network = asked?.kind === "sample.requested" ? asked.network : {};
      const twin =
        traitsOf(spec.strategy).twins === true ? { parent: (await evaluate(store, checkpoint, network)).correct } : {};
      return {
        kind: "sample.evaluated",
        round,
        pass,
        sample,
        ...(await evaluate(store, checkpoint, network)),
        ...twin,
        seconds,
      };
    }
    case "model.epoch.trained": {
      const { model, epoch, checkpoint } = fact;
      const asked = facts.find(
        (one) => one.kind === "model.epoch.requested" && one.model === model && one.epoch === epoch,
      );
      const genotype = asked?.kind === "model.epoch.requested" ? asked.genotype : {};
      return {
        kind: "model.epoch.evaluated",
        model,
        epoch,
        ...(await evaluate(store, checkpoint, genotype)),
        loss: 1,
        seconds,
      };
    }
    default:
      throw new Error(`no service does ${fact.kind}`);
  }
};
