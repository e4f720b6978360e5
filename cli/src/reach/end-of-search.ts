import { EXIT, type ExitCode } from "@bnas/errors";
import type { End, Genotype } from "@bnas/search";
import type { ProgressView } from "../terminal/progress.js";

/** What a command says besides: where the answer is, and how to continue after Ctrl-C. */
type EndLines = {
  readonly finished: (genotype: Genotype) => Promise<{ readonly line: string; readonly folder?: string }>;
  readonly interrupted: string;
};

/** Show how a search ended, and give the exit code for it. @param end undefined: it was left alone, by Ctrl-C */
export const showEnd = async (progress: ProgressView, end: End | undefined, lines: EndLines): Promise<ExitCode> => {
  switch (end?.kind) {
    case "search.finished":
      progress.finished(end.genotype, await lines.finished(end.genotype));
      return EXIT.done;
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
