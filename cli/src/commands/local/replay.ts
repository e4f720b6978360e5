import { readFile } from "node:fs/promises";
import { EXIT, type ExitCode, invalidInput } from "@bnas/errors";
import { parseFactsFile } from "@bnas/log";
import { assess, explain, replay, searchIdOf } from "@bnas/search";
import { assessmentJson } from "../../terminal/assessment-lines.js";
import type { Terminal } from "../../terminal/terminal.js";

/** `bnas replay FACTS`: what was decided and why, from the facts alone: no network, no blobs, no TensorFlow. */
export const replayCommand = async (
  path: string,
  flags: { readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> => {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw invalidInput(
      "FACTS",
      path,
      "a readable file of facts",
      `${error.code}: \`bnas search\` leaves it as facts.jsonl in its --out folder`,
    );
  });
  const { facts, tornTail } = parseFactsFile(text, path);
  const ids = new Set(facts.map(({ subject }) => searchIdOf(subject)));
  if (ids.size === 0) {
    throw invalidInput(
      "FACTS",
      path,
      "a file with at least one whole fact",
      "check that it is the facts.jsonl of a search",
    );
  }
  for (const searchId of ids) {
    const own = facts.filter(({ subject }) => searchIdOf(subject) === searchId).map(({ fact }) => fact);
    const { search, disagreements } = replay(searchId, own);
    for (const { path: field, left, right } of disagreements) {
      terminal.note(
        `${path}: ${field} was recorded as ${JSON.stringify(left)}, but the facts before it give ${JSON.stringify(right)}`,
      );
    }
    if (disagreements.length > 0) return EXIT.damaged;
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
