import { EXIT, type ExitCode } from "@bnas/errors";
import { assess, explain } from "@bnas/search";
import { proofFaults, readProof } from "../../outputs/proof-lines.js";
import { disagreementLines, readFactsFile } from "../../outputs/read-facts-file.js";
import { verifyFiles } from "../../outputs/signed-statement.js";
import { keyIdOf, readVerifyingKey } from "../../outputs/signing-key.js";
import { assessmentJson } from "../../terminal/assessment-lines.js";
import type { Terminal } from "../../terminal/terminal.js";

const NOT_PROVED =
  "not proved: an older version wrote these facts, which do not name each other; changes that no decision follows from are not found";

/** `bnas replay FACTS`: what was decided and why, from the facts alone: no network, no blobs, no TensorFlow. */
export const replayCommand = async (
  path: string,
  flags: { readonly json: boolean; readonly verify?: string },
  terminal: Terminal,
): Promise<ExitCode> => {
  if (flags.verify !== undefined) {
    const key = await readVerifyingKey(flags.verify);
    const verified = await verifyFiles(path, key);
    if ("wrong" in verified) {
      terminal.note(verified.wrong);
      return EXIT.damaged;
    }
    terminal.note(`signed by the key ${keyIdOf(key)}: ${verified.names.join(", ")}`);
  }
  const { searches, tornTail, lines } = await readFactsFile(path);
  const proof = await readProof(path);
  for (const one of searches) {
    const { id: searchId, search, disagreements } = one;
    const found = one.proof.proved ? proofFaults(path, one.proof, { proof, lines }) : [];
    for (const line of [...disagreementLines(path, one), ...found]) terminal.note(line);
    if (disagreements.length + found.length > 0) return EXIT.damaged;
    if (!one.proof.proved) terminal.note(`${path}: ${NOT_PROVED}`);
    const assessment = assess(search);
    const decisions = explain(search, assessment.sureness);
    if (flags.json) {
      const ended = search.ended ?? null;
      terminal.out(JSON.stringify({ search: searchId, ended, decisions, ...assessmentJson(assessment) }));
    } else {
      for (const line of decisions) terminal.out(line);
    }
    if (search.ended === undefined) {
      terminal.note(
        `${path}: search ${searchId} has not ended in these facts; \`bnas search --resume\` continues from them`,
      );
    }
  }
  if (tornTail) terminal.note(`${path}: the last line is cut off and was left out; it was never acknowledged`);
  return EXIT.done;
};
