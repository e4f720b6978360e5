import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type FactsLine, factsDamaged } from "@bnas/log";
import { searchIdOf } from "@bnas/search";
import { type CheckedProof, type ProofFault, type ProofFile, parseProof, proofFileFault } from "@bnas/searches";

/** Beside the facts of a run: what they were when its results were written. */
export const proofPath = (facts: string): string => join(dirname(facts), "proof.json");

/** What lies beside a file of facts; undefined where nothing does. It rejects with InvalidInput for what is no proof. */
export const readProof = async (facts: string): Promise<ProofFile | undefined> => {
  const path = proofPath(facts);
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const proof = parseProof(text);
  if (proof !== undefined) return proof;
  throw factsDamaged(path, `${text.length} characters`, "a proof as bnas writes it", "Take it from a copy, or away.");
};

/**
 * What is wrong with the facts of a search, a line each: `facts.jsonl line 12: fact.loss is not what it was when line 13 was written`.
 * Second facts on a subject are none where the proof counts them: two processes that ran one search at once leave such lines.
 */
export const proofFaults = (
  path: string,
  { faults, second }: CheckedProof,
  { proof, lines }: { readonly proof: ProofFile | undefined; readonly lines: readonly FactsLine[] },
): readonly string[] => {
  const own = proof === undefined ? [] : lines.filter(({ stored }) => searchIdOf(stored.subject) === proof.search);
  const ofFile = proof === undefined ? undefined : proofFileFault(proof, own);
  const counted = proof !== undefined && ofFile === undefined ? (own[proof.lines.length - 1]?.stored.sequence ?? 0) : 0;
  const found = [...faults, ...second.filter(({ line }) => line > counted)];
  const unsaid = ofFile !== undefined && !found.some(({ line }) => line === ofFile.line) ? [ofFile] : [];
  return [...found, ...unsaid].map((one) => lineOf(path, one));
};

const lineOf = (path: string, { line, field, reason }: ProofFault): string =>
  `${path} line ${line}: ${field === "place" ? "it" : field} ${reason}`;
