import { createHash } from "node:crypto";

/**
 * What two runs of the same search may differ in: when, how long, where the images lie, and on which machine and code. Digests that were
 * taken before facts said who made them stay the same.
 */
const PLACE = ["time", "seconds", "peakMemoryBytes", "dataset", "datasetDigest", "madeBy"];

/**
 * SHA-256 of facts as JSON, one a line, without what a clock or a machine says, and in the order of their text: which of two services
 * answers first is chance. The same search has the same digest anywhere.
 */
export const factsDigest = (facts: readonly unknown[]): string =>
  createHash("sha256")
    .update(
      facts
        .map((fact) => `${JSON.stringify(fact, (key, value) => (PLACE.includes(key) ? undefined : value))}\n`)
        .toSorted()
        .join(""),
    )
    .digest("hex");
