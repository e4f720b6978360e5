import { duration, genotypeTable, percent } from "@bnas/report";
import {
  type Assessment,
  bestAccuracy,
  countCandidates,
  endedEarly,
  epochsDone,
  evolve,
  type FactOf,
  type Genotype,
  greatestOf,
  isTraining,
  jobsInAll,
  printAnswer,
  type Recorded,
  roundsDone,
  type Search,
  type Spec,
  searchIdOf,
  spaceOf,
  spaceOfGenotype,
  start,
  traitsOf,
} from "@bnas/search";
import { assessmentJson, assessmentLines } from "./assessment-lines.js";
import { modelLines, modelName } from "./model-lines.js";
import type { Terminal } from "./terminal.js";

export type ProgressOptions = {
  readonly json: boolean;
  /** Seconds. */
  readonly clock: () => number;
  /** Facts up to this sequence happened before this process came: they count for no estimate of time. */
  readonly liveAfter: number;
  /** Facts up to this sequence are folded without output; default 0. */
  readonly shownAfter?: number;
};

/** What a person sees while a search runs: a line a round, a status line a fact, and with `json` each fact as it comes. */
export class ProgressView {
  readonly #terminal: Terminal;
  readonly #options: ProgressOptions;
  #search: Search | undefined;
  /** Training that others did before this process came. */
  #doneBefore: number | undefined;
  readonly #begun: number;

  constructor(terminal: Terminal, options: ProgressOptions) {
    this.#terminal = terminal;
    this.#options = options;
    this.#begun = options.clock();
  }

  /** The fold of the facts that were shown. */
  get search(): Search | undefined {
    return this.#search;
  }

  fact(recorded: Recorded, sequence: number): void {
    const { json, liveAfter, shownAfter = 0 } = this.#options;
    const before = this.#search ?? start(searchIdOf(recorded.subject));
    const search = evolve(before, recorded.fact);
    this.#search = search;
    if (sequence <= liveAfter || this.#doneBefore === undefined) this.#doneBefore = jobsInAll(search).done;
    if (sequence <= shownAfter) return;
    if (json) {
      this.#terminal.out(JSON.stringify({ type: "fact", sequence, ...recorded }));
      return;
    }
    for (const line of roundLines(before, search, recorded)) this.#terminal.note(line);
    this.#terminal.status?.(statusLine(search, this.#timeLeft(search)));
  }

  /** The last words when there is a genotype. @param where `line` says it to people, the rest to programs */
  finished(
    genotype: Genotype,
    { line, ...where }: { readonly line: string; readonly folder?: string },
    assessment: Assessment,
  ): void {
    // On standard error too: a program that reads the genotype alone must not pass over it.
    if (assessment.verdict?.kind === "diverged") this.#terminal.note(assessment.verdict.seen);
    if (this.#options.json) {
      this.#terminal.out(JSON.stringify({ type: "finished", genotype, ...where, ...assessmentJson(assessment) }));
      return;
    }
    this.#terminal.out("");
    const spec = this.#search?.spec;
    const space = spec === undefined ? spaceOfGenotype(genotype) : spaceOf(spec);
    this.#terminal.out(genotypeTable(genotype, space));
    for (const text of printAnswer(space, genotype)) this.#terminal.out(text);
    this.#terminal.out("");
    // Of a genotype that was given there is nothing to say but of the networks that were trained from it.
    const lines = spec?.strategy === "given" ? [] : assessmentLines(assessment);
    for (const said of lines) this.#terminal.out(said);
    const trained = this.#search === undefined ? [] : modelLines(this.#search);
    for (const said of trained) this.#terminal.out(said);
    this.#terminal.out("");
    this.#terminal.out(line);
  }

  /** The last words when there is none. */
  ended(kind: string, line: string): void {
    if (this.#options.json) this.#terminal.out(JSON.stringify({ type: kind, message: line }));
    else this.#terminal.note(line);
  }

  #timeLeft(search: Search): number | undefined {
    const { done, total } = jobsInAll(search);
    const here = done - (this.#doneBefore ?? 0);
    return here < 1 ? undefined : ((this.#options.clock() - this.#begun) / here) * (total - done);
  }
}

/** What a search was asked to do, in a line. */
export const asked = (spec: Spec): string => {
  const { strategy, binarize, binarizer = "xnor", seed, dataset } = spec;
  const { name } = spaceOf(spec);
  const space = name === "darts" ? "" : `space ${name}, `;
  const method = binarizer === "xnor" ? "" : ` by ${binarizer}`;
  return `${space}strategy ${strategy}, binarize ${binarize}${method}, seed ${seed}, ${dataset}`;
};

const roundLines = (before: Search, search: Search, { fact }: Recorded): string[] => {
  switch (fact.kind) {
    case "search.opened":
      return [`search ${search.id}: ${asked(fact.spec)}, ${jobsInAll(search).total} training jobs`];
    case "epoch.trained": {
      const which = fact.stage === "warmup" ? "warm-up" : `round ${fact.round}, settle`;
      return [
        `${which} epoch ${fact.epoch}: loss ${fact.loss.toFixed(3)}, ${fact.images} images, ${duration(fact.seconds)}`,
      ];
    }
    case "round.reduced": {
      if (roundsDone(before) === roundsDone(search)) return [];
      const accuracies = search.work.flatMap(({ job, evaluated }) =>
        job.kind === "sample" && job.round === fact.round && evaluated !== undefined
          ? [evaluated.correct / evaluated.total]
          : [],
      );
      const mean = accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length;
      const rounds = fact.round + countCandidates(search.candidates) - 1;
      const left = countCandidates(search.candidates);
      return [
        `round ${fact.round} of ${rounds}: ${accuracies.length} ${accuracies.length === 1 ? "sample" : "samples"}, accuracy mean ${percent(mean)}, best ${percent(greatestOf(accuracies))}; ${left} ${left === 1 ? "operation" : "operations"} an edge left`,
      ];
    }
    case "sample.evaluated":
      return hasRounds(search) ? [] : passLines(before, search, fact);
    case "search.finished": {
      const early = endedEarly(search);
      return early === undefined ? [] : [`the search ${early}`];
    }
    case "genotype.derived":
      return ["the genotype is known; networks are trained from it"];
    case "model.epoch.evaluated":
      return [modelLine(search, fact)];
    case "search.paused":
      return ["paused: jobs in progress end, no new one is requested"];
    case "search.resumed":
      return ["continues"];
    default:
      return [];
  }
};

const modelLine = (search: Search, { model, epoch, correct, total }: FactOf<"model.epoch.evaluated">): string => {
  const one = search.models[model - 1];
  const loss = one?.epochs[epoch - 1]?.trained?.loss;
  const name = one === undefined ? `model ${model}` : modelName(one);
  const trained = loss === undefined ? "" : `loss ${loss.toFixed(3)}, `;
  return `${name} epoch ${epoch} of ${one?.epochs.length}: ${trained}test accuracy ${percent(correct / total)}`;
};

const hasRounds = ({ spec }: Search): boolean => spec === undefined || traitsOf(spec.strategy).trains !== "samples";

/** A strategy without rounds has a line a pass, when the last of its samples is evaluated. */
const passLines = (before: Search, search: Search, { round, pass }: FactOf<"sample.evaluated">): string[] => {
  const answers = search.work.flatMap(({ job, evaluated }) =>
    job.kind === "sample" && job.round === round && job.pass === pass ? [evaluated] : [],
  );
  const accuracies = answers.flatMap((one) => (one === undefined ? [] : [one.correct / one.total]));
  if (accuracies.length < answers.length || before === search) return [];
  const mean = accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length;
  const passes = greatestOf(search.work.map(({ job }) => (job.kind === "sample" ? job.pass : 0)));
  return [
    `pass ${pass} of ${passes}: ${accuracies.length} ${accuracies.length === 1 ? "sample" : "samples"}, accuracy mean ${percent(mean)}, best ${percent(greatestOf(accuracies))}; best so far ${percent(bestAccuracy(search) ?? 0)}`,
  ];
};

const statusLine = (search: Search, secondsLeft: number | undefined): string => {
  const job = search.work.find(({ trained, requested }) => requested && trained === undefined)?.job;
  const model = search.models.find(isTraining);
  const { done, total } = jobsInAll(search);
  const doing =
    job === undefined
      ? model !== undefined
        ? `${modelName(model)} epoch ${epochsDone(model) + 1}`
        : search.paused
          ? "paused"
          : "evaluating"
      : job.kind === "sample"
        ? `${hasRounds(search) ? `round ${job.round} ` : ""}pass ${job.pass} sample ${job.sample}`
        : job.stage === "warmup"
          ? `warm-up epoch ${job.epoch}`
          : `round ${job.round} settle epoch ${job.epoch}`;
  const best = bestAccuracy(search);
  return [
    `${done}/${total}`,
    doing,
    ...(best === undefined ? [] : [`best ${percent(best)}`]),
    ...(secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`]),
  ].join(" | ");
};
