import type { Assessment, FactOf, Genotype, Provenance, Search, Spec } from "@bnas/search";
import type { Summary } from "./summary.js";

/** All that the report page is made of. It reads nothing else, so the same input gives the same bytes. */
export type ReportInput = {
  /** The fold of its facts, of a search that has ended. */
  readonly search: Search;
  /** The complete spec that it was opened with. */
  readonly spec: Spec;
  readonly summary: Summary;
  /** Its verdict and how sure it is of each edge. */
  readonly assessment: Assessment;
  /** Which data, engines and code its facts name. */
  readonly provenance: Provenance;
  readonly dataset: {
    readonly classes: readonly string[];
    /** Images of each split: `weight`, `strength`, `reduction`, ... */
    readonly images: Readonly<Record<string, number>>;
    /** Of the dataset as it is now. */
    readonly digest: string;
  };
  /** Of the program that writes the report. */
  readonly version: string;
};

/** The answer, of a search that found one. */
export const answeredGenotype = ({ ended }: Search): Genotype | undefined =>
  ended?.kind === "search.finished" ? ended.genotype : undefined;

/** Which network the answer is of, where the strategy chooses. */
export const answeredBy = ({ ended }: Search): FactOf<"search.finished">["by"] =>
  ended?.kind === "search.finished" ? ended.by : undefined;
