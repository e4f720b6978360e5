import type { Assessment, FactOf, Genotype, Provenance, Search, Spec, Variant } from "@bnas/search";
import type { Summary } from "./summary.js";

/** What a network costs to keep, and to run on one image; of several the mean. */
export type VariantCost = {
  readonly variant: Variant;
  readonly networks: number;
  readonly parameters: number;
  readonly oneBitParameters: number;
  readonly bits: number;
  /** Multiply-adds with a 1-bit weight, and with one of 32 bits. */
  readonly oneBitOperations: number;
  readonly floatOperations: number;
};

/** All that the report page is made of. It reads nothing else, so the same input gives the same bytes. */
export type ReportInput = {
  /** The fold of its facts, of a search that has ended. */
  readonly search: Search;
  /** The complete spec that it was opened with. */
  readonly spec: Spec;
  readonly summary: Summary;
  /** Its verdict and how sure it is of each edge. */
  readonly assessment: Assessment;
  /** What the network of the answer and its rivals cost; undefined: it was not counted. */
  readonly costs: readonly VariantCost[] | undefined;
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
