import { invalidInput } from "@bnas/errors";
import { nth } from "../nth.js";
import type { Fact, FactKey, Recorded } from "./facts.js";
import { mayWrite, requestKindOf, writerOf } from "./kinds.js";
import type { Writer } from "./row.js";
import { numbersIn, type SpellingOfStage, type StageName, spell, spellingsOf } from "./spelling.js";
import { FACT_KINDS, type FACTS, type FactKind, rowOf } from "./table.js";

const PREFIX = "bnas.search.";
const ID = /^[a-z0-9-]{1,63}$/;
const SUBJECT = /^bnas\.search\.[-.a-z0-9]+$/;

type OneSpelling = { [K in FactKind]: (typeof FACTS)[K]["key"] extends string ? K : never }[FactKind];

/** The subject pattern of every fact of every search. */
export const ALL_SEARCHES = `${PREFIX}>`;

/** Give a search id back when it can name a search. @throws InvalidInput otherwise */
export const parseSearchId = (id: string): string => {
  if (ID.test(id)) return id;
  throw invalidInput(
    "search_id",
    id,
    "1 to 63 lower-case letters, digits and '-'",
    "It becomes part of NATS subjects and Kubernetes names; try a name such as cifar10-seed-1.",
  );
};

/**
 * The subject that holds this fact of this search, and no other fact for ever. A whole fact is a key, too.
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
 * The key of the fact that lies on a subject; undefined where no fact can. A pause and a resumption share their subjects: of
 * those the key of a pause.
 */
export const keyOf = (subject: string): FactKey | undefined => {
  const tokens = subject.startsWith(PREFIX) ? subject.slice(PREFIX.length).split(".") : [];
  if (!ID.test(tokens[0] ?? "")) return undefined;
  const tail = tokens.slice(1);
  const found = byShape.get(tail.map((token) => (isNumber(token) ? "*" : token)).join("."));
  if (found === undefined) return undefined;
  const numbers = tail.filter(isNumber).map(Number);
  const { kind, stage, names } = found;
  const fields = Object.fromEntries(names.map((name, place) => [name, numbers[place]]));
  // Object.fromEntries forgets the names of its keys; the spelling of the kind says which they are.
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

/** The search that a subject belongs to. @throws InvalidInput when it is not the subject of a search */
export const searchIdOf = (subject: string): string => {
  const [, , id = "", ...rest] = subject.split(".");
  if (subject.startsWith(PREFIX) && ID.test(id) && rest.length > 0) return id;
  throw invalidInput("subject", subject, `${PREFIX}<id>.<fact>`, "docs/facts.md lists the subject of every fact.");
};

/** Whether a text may be the subject of a fact, of this version or another: quick, for it does not ask of which. */
export const isSubject = (text: string): boolean => SUBJECT.test(text);

/** The pattern of every fact of a search. */
export const searchPattern = (searchId: string): string => `${PREFIX}${parseSearchId(searchId)}.>`;

/** The patterns of the subjects of some kinds, of one search or of every: `*` for each number. */
export const patternsOf = (
  kinds: FactKind | readonly FactKind[],
  { search }: { readonly search?: string | undefined } = {},
): readonly string[] => {
  const id = search === undefined ? "*" : parseSearchId(search);
  const spellings = [kinds].flat().flatMap((kind) => spellingsOf(rowOf(kind).key));
  return [...new Set(spellings.map(({ text }) => `${PREFIX}${id}.${spell(text, () => "*")}`))];
};

/** The pattern of the subjects of a kind that has one spelling. */
export const patternOf = (kind: OneSpelling, options: { readonly search?: string | undefined } = {}): string =>
  nth(patternsOf(kind, options), 0);

/** The search whose subjects alone a pattern covers; undefined: it may cover those of several, or of none. */
export const searchOfPattern = (pattern: string): string | undefined => {
  const [id = "", ...rest] = pattern.startsWith(PREFIX) ? pattern.slice(PREFIX.length).split(".") : [];
  return ID.test(id) && rest.length > 0 ? id : undefined;
};

/**
 * Whether a NATS pattern covers a subject: `*` is one token, a last `>` is one token or more.
 * @example
 * ```ts
 * import { matches } from "@bnas/search";
 *
 * matches("bnas.search.*.finished", "bnas.search.a.finished"); // => true
 * matches("bnas.search.>", "bnas.search.a.round.1.scored"); // => true
 * matches("bnas.search.>", "bnas.search"); // => false
 * ```
 */
export const matches = (pattern: string, subject: string): boolean => {
  const wanted = pattern.split(".");
  const tokens = subject.split(".");
  const open = wanted.at(-1) === ">";
  const fixed = open ? wanted.slice(0, -1) : wanted;
  const long = open ? tokens.length > fixed.length : tokens.length === fixed.length;
  return long && fixed.every((token, place) => token === "*" || token === tokens[place]);
};

/**
 * A fact as the log keeps it.
 * @param time RFC 3339, UTC, for people
 * @throws InvalidInput when this writer may not write this kind: two writers of one subject could disagree
 */
export const record = (searchId: string, fact: Fact, writer: Writer, time: string): Recorded => {
  if (!mayWrite(writer, fact.kind)) {
    throw invalidInput("writer", writer, writerOf(fact.kind), `Only the ${writerOf(fact.kind)} writes ${fact.kind}.`);
  }
  return { version: 1, subject: subjectOf(searchId, fact), writer, time, fact };
};

/** What of a key says where a fact lies, beside the kind: its numbers, and its stage where that decides. */
export const placeIn = (key: FactKey | Fact): Readonly<Record<string, string | number>> => {
  const { stage, text } = spellingOf(key);
  const fields: Readonly<Record<string, unknown>> = key;
  const numbers = numbersIn(text).map((name) => [name, Number(fields[name])] as const);
  return { ...(stage === undefined ? {} : { stage }), ...Object.fromEntries(numbers) };
};

const spellingOf = (key: FactKey | Fact): SpellingOfStage => {
  const stage = "stage" in key ? key.stage : undefined;
  const spellings = spellingsOf(rowOf(key.kind).key);
  return spellings.find((one) => one.stage === stage) ?? nth(spellings, 0);
};

const tailOf = (key: FactKey | Fact): string => {
  const place = placeIn(key);
  return spell(spellingOf(key).text, (name) => String(place[name]));
};

/** The key of another kind that has no other numbers than this one. */
const related = (key: FactKey | Fact, kind: FactKind | undefined): FactKey | undefined => {
  if (kind === undefined) return undefined;
  // The cast: the two rows are spelt with the same numbers (a test holds them to that), which the types do not see.
  return { kind, ...placeIn(key) } as FactKey;
};

type Shape = { readonly kind: FactKind; readonly stage: StageName | undefined; readonly names: readonly string[] };

/** By the end of the subject with `*` for each number: what lies there. Of kinds that share it the first. */
const byShape: ReadonlyMap<string, Shape> = new Map(
  FACT_KINDS.flatMap((kind) => spellingsOf(rowOf(kind).key).map((one) => ({ kind, ...one })))
    .reverse()
    .map(({ kind, stage, text }) => [spell(text, () => "*"), { kind, stage, names: numbersIn(text) }]),
);

const isNumber = (token: string): boolean => /^[1-9][0-9]{0,14}$/.test(token);
