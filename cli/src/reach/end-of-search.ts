import { EXIT, type ExitCode } from "@bnas/errors";
import type { Assessment, End, Genotype } from "@bnas/search";
import type { ProgressView } from "../terminal/progress.js";

/** Where the answer is, `line` for people and the rest for programs, and what it is worth. */
type Finished = { readonly line: string; readonly folder?: string; readonly assessment: Assessment };

/** What a command says besides: where the answer is, and how to continue after Ctrl-C. */
type EndLines = {
  readonly finished: (genotype: Genotype) => Promise<Finished>;
  readonly interrupted: string;
};

/** Show how a search ended, and give the exit code for it. @param end undefined: it was left alone, by Ctrl-C */
export const showEnd = async (progress: ProgressView, end: End | undefined, lines: EndLines): Promise<ExitCode> => {
  switch (end?.kind) {
    case "search.finished": {
      const { assessment, ...where } = await lines.finished(end.genotype);
      progress.finished(end.genotype, where, assessment);
      return assessment.verdict?.kind === "diverged" ? EXIT.diverged : EXIT.done;
    }
    case "search.failed":
      progress.ended("failed", `the search failed: ${end.reason}. ${end.hint}`);
      return EXIT.noGenotype;
    case "search.cancelled":
      progress.ended("cancelled", `the search was cancelled: ${end.reason}`);
      return EXIT.noGenotype;
    case undefined:
      progress.ended("interrupted", lines.interrupted);
      return EXIT.interrupted;
  }
};
