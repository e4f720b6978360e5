import { nth } from "../nth.js";
import type { Fact, FactKey } from "./facts.js";
import { requestKindOf } from "./kinds.js";
import { numbersIn, type StageName, spellingsOf, spellKey } from "./spelling.js";
import { PREFIX, parseSearchId, searchOfPattern } from "./subjects.js";
import { FACT_KINDS, type FACTS, type FactKind, rowOf } from "./table.js";

/** One way in which the subjects of a kind are spelt. */
type Spelt = {
  readonly kind: FactKind;
  readonly stage: StageName | undefined;
  readonly names: readonly string[];
  /** The text around the numbers, one more than there are names. */
  readonly parts: readonly string[];
  /** The text with `*` for each number. */
  readonly shape: string;
};

const speltBy = (kind: FactKind): readonly Spelt[] =>
  spellingsOf(rowOf(kind).key).map(({ stage, text }) => {
    const parts = spellKey(text, () => " ").split(" ");
    return { kind, stage, names: numbersIn(text), parts, shape: parts.join("*") };
  });

const byKind: ReadonlyMap<FactKind, readonly Spelt[]> = new Map(FACT_KINDS.map((kind) => [kind, speltBy(kind)]));

/** If kinds share a shape, the first of them. */
const byShape: ReadonlyMap<string, Spelt> = new Map(
  [...byKind.values()]
    .flat()
    .reverse()
    .map((spelt) => [spelt.shape, spelt]),
);

/**
 * The subject of this fact of this search, which no other fact ever has. A whole fact is a key, too.
 * @example
 * ```ts
 * import { subjectOf } from "@bnas/search";
 *
 * subjectOf("cifar10-seed-1", { kind: "search.resumed", control: 2 }); // => "bnas.search.cifar10-seed-1.control.2"
 * ```
 */
export const subjectOf = (searchId: string, key: FactKey | Fact): string =>
  `${PREFIX}${parseSearchId(searchId)}.${tailOf(key)}`;

/**
 * The key of the fact with this subject; undefined if no fact can have it. A pause and a resumption share their subjects: for
 * those it is the key of a pause.
 */
export const keyOf = (subject: string): FactKey | undefined => {
  const search = searchOfPattern(subject);
  if (search === undefined) return undefined;
  const numbers: number[] = [];
  const tail = subject.slice(PREFIX.length + search.length).replace(NUMBER, (digits) => {
    numbers.push(Number(digits));
    return "*";
  });
  const spelt = byShape.get(tail.slice(1));
  // A `*` in the subject itself is no number.
  if (spelt?.names.length !== numbers.length) return undefined;
  const { kind, stage, names } = spelt;
  // The cast: the names are those of the spelling, which Object.fromEntries forgets.
  const fields = Object.fromEntries(names.map((name, i) => [name, numbers[i]]));
  return { kind, ...(stage === undefined ? {} : { stage }), ...fields } as FactKey;
};

/** The key of the fact that answers a request; undefined for a fact that asks for nothing. */
export const answerOf = (key: FactKey | Fact): FactKey | undefined => related(key, rowOf(key.kind).asks);

/** The key of the request that a fact answers; undefined for a fact that answers none. */
export const requestOf = (key: FactKey | Fact): FactKey | undefined => related(key, requestKindOf(key.kind));

/** The subject of the fact that answers a request. Null: it asks for nothing. */
export const resultSubject = (searchId: string, key: FactKey | Fact): string | null => {
  const answer = answerOf(key);
  return answer === undefined ? null : subjectOf(searchId, answer);
};

/** The fields of a key except its kind: its numbers, and its stage if the spelling depends on it. */
export const keyFields = (key: FactKey | Fact): Readonly<Record<string, string | number>> => {
  const { stage, names } = speltAs(key);
  const fields = fieldsOf(key);
  const numbers = names.map((name) => [name, Number(fields[name])] as const);
  return { ...(stage === undefined ? {} : { stage }), ...Object.fromEntries(numbers) };
};

type OneSpelling = { [K in FactKind]: (typeof FACTS)[K]["key"] extends string ? K : never }[FactKind];

/** The patterns for the subjects of some kinds, of one search or of all: `*` for each number. */
export const patternsOf = (
  kinds: FactKind | readonly FactKind[],
  { search }: { readonly search?: string | undefined } = {},
): readonly string[] => {
  const id = search === undefined ? "*" : parseSearchId(search);
  const spellings = [kinds].flat().flatMap((kind) => spellingsOf(rowOf(kind).key));
  return [...new Set(spellings.map(({ text }) => `${PREFIX}${id}.${spellKey(text, () => "*")}`))];
};

/** The pattern for the subjects of a kind that has one spelling. */
export const patternOf = (kind: OneSpelling, options: { readonly search?: string | undefined } = {}): string =>
  nth(patternsOf(kind, options), 0);

const speltAs = (key: FactKey | Fact): Spelt => {
  const spelt = byKind.get(key.kind) ?? [];
  const stage = "stage" in key ? key.stage : undefined;
  return spelt.find((one) => one.stage === stage) ?? nth(spelt, 0);
};

const fieldsOf = (key: FactKey | Fact): Readonly<Record<string, unknown>> => key;

const tailOf = (key: FactKey | Fact): string => {
  const { names, parts } = speltAs(key);
  const fields = fieldsOf(key);
  return parts.reduce((tail, part, i) => `${tail}${fields[names[i - 1] ?? ""]}${part}`);
};

/** The key of another kind that is spelt with the same numbers. */
const related = (key: FactKey | Fact, kind: FactKind | undefined): FactKey | undefined => {
  if (kind === undefined) return undefined;
  // The cast: the two rows are spelt with the same numbers (a test checks that), which the types do not see.
  return { kind, ...keyFields(key) } as FactKey;
};

/** A whole number from 1 between two dots. */
const NUMBER = /(?<=\.)[1-9][0-9]{0,14}(?=\.|$)/g;
