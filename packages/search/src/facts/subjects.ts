import { invalidInput } from "@bnas/errors";

/** What every subject of a fact begins with. */
export const PREFIX = "bnas.search.";
const SEARCH_ID = /^[a-z0-9-]{1,63}$/;
const SUBJECT = /^bnas\.search\.[-.a-z0-9]+$/;

/** The subject pattern of every fact of every search. */
export const ALL_SEARCHES = `${PREFIX}>`;

/** Give a search id back when it can name a search. @throws InvalidInput otherwise */
export const parseSearchId = (id: string): string => {
  if (SEARCH_ID.test(id)) return id;
  throw invalidInput(
    "search_id",
    id,
    "1 to 63 lower-case letters, digits and '-'",
    "It becomes part of NATS subjects and Kubernetes names; try a name such as cifar10-seed-1.",
  );
};

/** The search that a subject belongs to. @throws InvalidInput when it is not the subject of a search */
export const searchIdOf = (subject: string): string => {
  const [, , id = "", ...rest] = subject.split(".");
  if (subject.startsWith(PREFIX) && SEARCH_ID.test(id) && rest.length > 0) return id;
  throw invalidInput("subject", subject, `${PREFIX}<id>.<fact>`, "docs/facts.md lists the subject of every fact.");
};

/** The end of a subject, which says which fact of its search it is: `round.1.opened`. */
export const subjectTail = (subject: string): string => subject.split(".").slice(3).join(".");

/** The subject that ends so. */
export const subjectOfTail = (searchId: string, tail: string): string => `${PREFIX}${parseSearchId(searchId)}.${tail}`;

/** Whether a text may be the subject of a fact, of this version or another: quick, for it does not ask of which. */
export const isSubject = (text: string): boolean => SUBJECT.test(text);

/** The pattern of every fact of a search. */
export const searchPattern = (searchId: string): string => `${PREFIX}${parseSearchId(searchId)}.>`;

/** The search whose subjects alone a pattern covers; undefined: it may cover those of several, or of none. */
export const searchOfPattern = (pattern: string): string | undefined => {
  const [id = "", ...rest] = pattern.startsWith(PREFIX) ? pattern.slice(PREFIX.length).split(".") : [];
  return SEARCH_ID.test(id) && rest.length > 0 ? id : undefined;
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
