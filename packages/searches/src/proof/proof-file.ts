import { isSha256 } from "@bnas/disk";
import { changedFields, type FactsLine, markOf } from "@bnas/log";
import { type FactMark, searchIdOf } from "@bnas/search";
import type { ProofFault } from "./check-proof.js";

// proof.json: what the facts of a search were when its results were written (docs/proof.md). It alone shows that all later lines were made again.

/** `lines`: the seal of every line of the file, in order. `end`: the fact that ended the search. */
export type ProofFile = {
  readonly version: 1;
  readonly search: string;
  readonly end: FactMark;
  readonly lines: readonly string[];
};

/** The proof of a search that has finished; undefined for another, and for one whose facts say nothing of each other. */
export const proofOf = (lines: readonly FactsLine[]): ProofFile | undefined => {
  const end = lines.find(({ stored }) => stored.fact.kind === "search.finished")?.stored;
  if (end?.fact.kind !== "search.finished" || end.fact.root === undefined) return undefined;
  return {
    ...{ version: 1, search: searchIdOf(end.subject), end: markOf(end) },
    lines: lines.map((line) => line.sha256),
  };
};

export const proofText = (proof: ProofFile): string => `${JSON.stringify(proof, null, 1)}\n`;

/** Undefined: it is none. */
export const parseProof = (text: string): ProofFile | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isProof(value) ? value : undefined;
};

const isProof = (value: unknown): value is ProofFile => {
  // The casts: what is read of them is looked at.
  const { version, search, end, lines } = Object(value) as Partial<Record<keyof ProofFile, unknown>>;
  const { fact, sha256, fields } = Object(end) as Partial<Record<keyof FactMark, unknown>>;
  const texts = [search, fact, sha256, fields].every((one) => typeof one === "string");
  return version === 1 && texts && Array.isArray(lines) && lines.every((line) => isSha256(String(line)));
};

/** Where a file of facts is not that of its proof: the first line, and a field where it is the end that was changed. */
export const proofFileFault = (proof: ProofFile, lines: readonly FactsLine[]): ProofFault | undefined => {
  for (const [index, sha256] of proof.lines.entries()) {
    const line = lines[index];
    const number = line?.stored.sequence ?? index + 1;
    if (line === undefined) {
      return { line: number, field: "line", reason: `is missing: proof.json counts ${proof.lines.length} lines` };
    }
    if (line.sha256 === sha256) continue;
    const isEnd = line.stored.fact.kind === "search.finished";
    const [field = "line"] = isEnd ? changedFields(line.stored, proof.end) : [];
    return { line: number, field, reason: "is not the one that proof.json names" };
  }
  return undefined;
};
