import { invalidInput } from "@bnas/errors";
import type { Fact, PassId, Recorded, SampleId, Stage, Writer } from "./facts.js";
import { mayWrite, writerOf } from "./writers.js";

const PREFIX = "bnas.search.";
const ID = /^[a-z0-9-]{1,63}$/;

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
 * The subject of this fact of this search, which no other fact ever has (design.md section 1).
 * @example
 * ```ts
 * import { subjectOf } from "@bnas/search";
 *
 * subjectOf("cifar10-seed-1", { kind: "search.resumed", control: 2 }); // => "bnas.search.cifar10-seed-1.control.2"
 * ```
 */
export const subjectOf = (searchId: string, fact: Fact): string => `${PREFIX}${parseSearchId(searchId)}.${tail(fact)}`;

/**
 * The subject of the fact that answers a request: `requested` -> `trained` -> `evaluated`, `merge.requested` -> `merged`. Null: it
 * asks for nothing.
 */
export const resultSubject = (searchId: string, fact: Fact): string | null => {
  const prefix = `${PREFIX}${parseSearchId(searchId)}.`;
  switch (fact.kind) {
    case "epoch.requested":
      return `${prefix}${epoch(fact)}.trained`;
    case "sample.requested":
      return `${prefix}${sample(fact)}.trained`;
    case "sample.trained":
      return `${prefix}${sample(fact)}.evaluated`;
    case "pass.merge.requested":
      return `${prefix}${pass(fact)}.merged`;
    default:
      return null;
  }
};

/** The search that a subject belongs to. @throws InvalidInput when it is not the subject of a search */
export const searchIdOf = (subject: string): string => {
  const [, , id = "", ...rest] = subject.split(".");
  if (subject.startsWith(PREFIX) && ID.test(id) && rest.length > 0) return id;
  throw invalidInput("subject", subject, `${PREFIX}<id>.<fact>`, "docs/facts.md lists the subject of every fact.");
};

/** The pattern of every fact of a search. */
export const searchPattern = (searchId: string): string => `${PREFIX}${parseSearchId(searchId)}.>`;

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

const epoch = (stage: Stage): string =>
  stage.stage === "warmup" ? `warmup.epoch.${stage.epoch}` : `round.${stage.round}.settle.epoch.${stage.epoch}`;

const pass = (id: PassId): string => `round.${id.round}.pass.${id.pass}`;

const sample = (id: SampleId): string => `${pass(id)}.sample.${id.sample}`;

const tail = (fact: Fact): string => {
  switch (fact.kind) {
    case "search.opened":
      return "opened";
    case "epoch.requested":
      return `${epoch(fact)}.requested`;
    case "epoch.trained":
      return `${epoch(fact)}.trained`;
    case "round.opened":
      return `round.${fact.round}.opened`;
    case "sample.requested":
      return `${sample(fact)}.requested`;
    case "sample.trained":
      return `${sample(fact)}.trained`;
    case "sample.evaluated":
      return `${sample(fact)}.evaluated`;
    case "pass.merge.requested":
      return `${pass(fact)}.merge.requested`;
    case "pass.merged":
      return `${pass(fact)}.merged`;
    case "round.scored":
      return `round.${fact.round}.scored`;
    case "round.reduced":
      return `round.${fact.round}.reduced`;
    case "search.paused":
    case "search.resumed":
      // They share their subjects: of a pause and a resume that race for one number, the log keeps one.
      return `control.${fact.control}`;
    case "search.finished":
      return "finished";
    case "search.failed":
      return "failed";
    case "search.cancelled":
      return "cancelled";
    case "search.archived":
      return "archived";
    case "search.deleted":
      return "deleted";
  }
};
