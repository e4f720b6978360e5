import { provenanceOf, type Spec, surenessOf, verdictOf } from "@bnas/search";
import type { ReportInput } from "../src/report-input.js";
import { summary } from "../src/summary.js";
import { fakeSearch } from "./fake-search.js";
import { sha256 } from "./sha256.js";

/** All that a report needs, of a fake search. */
export function reportInput(given: Partial<Spec> = {}): ReportInput {
  const { search, spec, facts } = fakeSearch(given);
  return {
    search,
    spec,
    summary: summary(facts, { peakMemoryBytes: 812_300_000, latency: null }),
    assessment: { verdict: verdictOf(search, { classes: 10 }), sureness: surenessOf(search, 20) },
    costs: [
      {
        variant: "answer",
        networks: 1,
        parameters: 3_400_000,
        oneBitParameters: 3_300_000,
        bits: 6_500_000,
        oneBitOperations: 500_000_000,
        floatOperations: 20_000_000,
      },
    ],
    provenance: provenanceOf(facts),
    dataset: {
      classes: ["plane", "car", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"],
      images: { weight: 25_000, strength: 25_000, reduction: 5_000, train: 50_000, test: 10_000 },
      digest: sha256("dataset"),
    },
    version: "0.1.0",
  };
}
