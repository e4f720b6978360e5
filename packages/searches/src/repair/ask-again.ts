import { LIMITS } from "@bnas/errors";
import type { FactLog, Stored } from "@bnas/log";
import { type FactOf, patternOf, record, type Writer } from "@bnas/search";

/** Jobs that a search may have done again, in all: who forges answers without an end must not keep its trainers busy. */
const MOST_REPEATS = LIMITS["search.repeats"].value;
/** So often one checkpoint may lose blobs: then its store loses all that is put. */
const MOST_LOSSES = 10;

type Repeat = Stored & { readonly fact: FactOf<"job.repeat"> };

/**
 * Ask that a job is done again. Asking twice for the same asks once.
 * @param wanted answer: the end of its subject. refused: what was there instead; left out, its checkpoint has lost a blob
 * @returns false: too much of this search was done again already
 */
export const askAgain = async (
  log: Pick<FactLog, "read" | "append">,
  searchId: string,
  wanted: Pick<FactOf<"job.repeat">, "answer" | "refused">,
  by: { readonly writer: Writer; readonly time: string },
): Promise<boolean> => {
  // Each turn that finds its number taken finds one fact more.
  for (let turn = 0; turn <= MOST_REPEATS; turn++) {
    const repeats = (await log.read(patternOf("job.repeat", { search: searchId }))).filter(isRepeat);
    const same = repeats.filter(({ fact }) => fact.answer === wanted.answer && fact.refused === wanted.refused);
    if (wanted.refused !== undefined && same.length > 0) return true;
    const done = new Set(
      (await log.read(patternOf("job.repeated", { search: searchId }))).flatMap(({ fact }) =>
        fact.kind === "job.repeated" ? [fact.repeat] : [],
      ),
    );
    if (same.some(({ fact }) => !done.has(fact.repeat))) return true;
    if (repeats.length >= MOST_REPEATS || (wanted.refused === undefined && same.length >= MOST_LOSSES)) return false;
    const repeat = 1 + Math.max(0, ...repeats.map(({ fact }) => fact.repeat));
    const fact = { kind: "job.repeat", repeat, ...wanted } as const;
    const { duplicate } = await log.append(record(searchId, fact, by.writer, by.time));
    if (!duplicate) return true;
  }
  return false;
};

const isRepeat = (stored: Stored): stored is Repeat => stored.fact.kind === "job.repeat";
