import { isDeepStrictEqual } from "node:util";
import { hasCode, isInvalidInput } from "@bnas/errors";
import { parseFactsFile } from "@bnas/log";
import { checkFits, checkGenotype, darts, parseNetwork, parseRecorded, parseSpec, type Recorded } from "@bnas/search";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { badFact, badFile, goodFacts } from "../fuzz/bad-facts.js";
import { COUNT, SEED } from "../fuzz/count.js";

/** A fact of a search in the space of DARTS, as a process takes it that knows the search. */
const parseInDarts = (value: unknown): Recorded => {
  const recorded = parseRecorded(value, "facts");
  checkFits(darts, recorded.fact, () => ["facts", "fact"]);
  return recorded;
};

describe("facts of any origin", () => {
  it(`are taken only as docs/facts.md describes them: ${COUNT} others are errors of input`, () => {
    for (const fact of goodFacts) expect(parseInDarts(fact)).toEqual(fact);
    const accepted: string[] = [];
    for (let index = 0; index < COUNT; index++) {
      const { value, wrong } = badFact(SEED, index);
      if (!isRefused(() => parseInDarts(value))) accepted.push(`seed ${SEED}, fact ${index}: ${wrong}`);
    }
    expect(accepted).toEqual([]);
  });

  it(`come out of a damaged file as they were written, or not at all, in ${COUNT} files`, () => {
    const isWritten = (fact: object) => goodFacts.some((good) => isDeepStrictEqual(good, fact));
    for (let index = 0; index < COUNT; index++) {
      isRefused(() => {
        for (const { sequence: _, ...fact } of parseFactsFile(badFile(SEED, index), "facts.jsonl").facts) {
          checkFits(darts, fact.fact, () => ["facts"]);
          expect(isWritten(fact), `seed ${SEED}, file ${index}`).toBe(true);
        }
      });
    }
  });

  it("are errors of input whatever they are instead, as specs, networks and genotypes are", () => {
    const names = ["version", "subject", "fact", "kind", "normal", "reduce", "dataset", "network", "preset", "seed"];
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true, withMap: true, withDate: true });
    const lists = fc.array(anything, { minLength: 14, maxLength: 14 });
    const alike = fc.dictionary(fc.constantFrom(...names), fc.oneof(anything, lists));
    const itself: Record<string, unknown> = { version: 1 };
    itself.fact = itself;
    const run = { numRuns: COUNT / 4, seed: SEED };
    for (const parse of [(value: unknown) => parseRecorded(value, "fact"), parseSpec, parseNetwork, checkGenotype]) {
      isRefused(() => parse(itself));
      fc.assert(
        fc.property(fc.oneof(anything, alike), (value) => void isRefused(() => parse(value))),
        run,
      );
    }
  });
});

/** Whether it is refused, as bad input or as damaged facts; whatever else is thrown fails the test. */
const isRefused = (act: () => unknown): boolean => {
  try {
    act();
    return false;
  } catch (error) {
    if (isInvalidInput(error) || hasCode(error, "FACTS_DAMAGED")) return true;
    throw error;
  }
};
