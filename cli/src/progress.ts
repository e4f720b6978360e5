import { genotypeTable } from "@bnas/report";
import {
  bestAccuracy,
  endedEarly,
  evolve,
  type Genotype,
  printGenotype,
  type Recorded,
  roundsDone,
  type Search,
  searchIdOf,
  start,
} from "@bnas/search";
import { duration } from "./duration.js";
import type { Terminal } from "./terminal.js";

/** What a person sees while a search runs: a line a round, a status line a fact, and with `json` each fact as it comes. */
export class Progress {
  readonly #terminal: Terminal;
  readonly #json: boolean;
  readonly #clock: () => number;
  #search: Search | undefined;
  /** Training that others did before this process came. */
  #doneBefore: number | undefined;
  readonly #begun: number;

  constructor(terminal: Terminal, options: { readonly json: boolean; readonly clock: () => number }) {
    this.#terminal = terminal;
    this.#json = options.json;
    this.#clock = options.clock;
    this.#begun = options.clock();
  }

  /** The fold of the facts that were shown. */
  get search(): Search | undefined {
    return this.#search;
  }

  /** @param live whether it happened while this process watched: what is older counts for no estimate */
  fact(recorded: Recorded, live: boolean): void {
    const before = this.#search ?? start(searchIdOf(recorded.subject));
    const search = evolve(before, recorded.fact);
    this.#search = search;
    if (!live || this.#doneBefore === undefined) this.#doneBefore = search.jobsDone;
    if (this.#json) {
      this.#terminal.out(JSON.stringify({ type: "fact", ...recorded }));
      return;
    }
    for (const line of roundLines(before, search, recorded)) this.#terminal.note(line);
    this.#terminal.status?.(statusLine(search, this.#timeLeft(search)));
  }

  /** The last words when there is a genotype. */
  finished(genotype: Genotype, folder: string, report: string): void {
    if (this.#json) {
      this.#terminal.out(JSON.stringify({ type: "finished", genotype, folder }));
      return;
    }
    this.#terminal.out("");
    this.#terminal.out(genotypeTable(genotype));
    this.#terminal.out(printGenotype(genotype));
    this.#terminal.out("");
    this.#terminal.out(`results in ${folder}; open ${report} to see why each operation went`);
  }

  /** The last words when there is none. */
  ended(kind: string, line: string): void {
    if (this.#json) this.#terminal.out(JSON.stringify({ type: kind, message: line }));
    else this.#terminal.note(line);
  }

  #timeLeft(search: Search): number | undefined {
    const done = search.jobsDone - (this.#doneBefore ?? 0);
    return done < 1 ? undefined : ((this.#clock() - this.#begun) / done) * (search.jobs - search.jobsDone);
  }
}

const roundLines = (before: Search, search: Search, { fact }: Recorded): string[] => {
  switch (fact.kind) {
    case "search.opened":
      return [
        `search ${search.id}: strategy ${fact.spec.strategy}, binarize ${fact.spec.binarize}, seed ${fact.spec.seed}, ${fact.spec.dataset}, ${search.jobs} training jobs`,
      ];
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
      const left = search.candidates.normal[0]?.length ?? 0;
      return [
        `round ${fact.round} of 7: ${accuracies.length} ${accuracies.length === 1 ? "sample" : "samples"}, accuracy mean ${percent(mean)}, best ${percent(Math.max(...accuracies))}; ${left} ${left === 1 ? "operation" : "operations"} an edge left`,
      ];
    }
    case "search.finished": {
      const early = endedEarly(search);
      return early === undefined ? [] : [`the search ${early}`];
    }
    default:
      return [];
  }
};

const statusLine = (search: Search, secondsLeft: number | undefined): string => {
  const job = search.work.find(({ trained, requested }) => requested && trained === undefined)?.job;
  const doing =
    job === undefined
      ? "judging"
      : job.kind === "sample"
        ? `round ${job.round} pass ${job.pass} sample ${job.sample}`
        : job.stage === "warmup"
          ? `warm-up epoch ${job.epoch}`
          : `round ${job.round} settle epoch ${job.epoch}`;
  const best = bestAccuracy(search);
  return [
    `${search.jobsDone}/${search.jobs}`,
    doing,
    ...(best === undefined ? [] : [`best ${percent(best)}`]),
    ...(secondsLeft === undefined ? [] : [`${duration(secondsLeft)} left`]),
  ].join(" | ");
};

const percent = (accuracy: number): string => `${(100 * accuracy).toFixed(1)} %`;
