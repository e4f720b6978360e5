import { type InvalidInput, invalidInput, nearest, type Path } from "@bnas/errors";
import { z } from "zod";
import { isObject } from "../is-object.js";
import { from1, sha256 } from "./fact-parts.js";
import { FACT_VERSIONS } from "./fact-version.js";
import type { Fact, FactOf, Recorded } from "./facts.js";
import { subjectOf } from "./keys.js";
import { mayWrite, writerOf } from "./kinds.js";
import { numbersIn, type StageName } from "./spelling.js";
import { searchIdOf } from "./subjects.js";
import { FACT_KINDS, type FactKind, rowOf } from "./table.js";

/** The fields of a fact in the order in which the log has always kept them: a stage and its numbers stand last. */
const schemaOf = (kind: FactKind): z.core.$ZodTypeDiscriminable => {
  const { key, body } = rowOf(kind);
  const named = { kind: z.literal(kind) };
  const numbers = (text: string) => Object.fromEntries(numbersIn(text).map((name) => [name, from1]));
  if (typeof key === "string") return z.strictObject({ ...named, ...numbers(key), ...body });
  const ofStage = (stage: StageName) =>
    z.strictObject({ ...named, ...body, stage: z.literal(stage), ...numbers(key[stage]) });
  return z.discriminatedUnion("stage", [ofStage("warmup"), ofStage("settle")]);
};

const [first, ...others] = FACT_KINDS.map(schemaOf);
if (first === undefined) throw new RangeError("the table of facts is empty");

/**
 * Every kind of fact, with no key but its own.
 * The cast: the rows are read in a loop, which forgets their types; `Fact` is made of the same rows.
 */
const factSchema = z.discriminatedUnion("kind", [first, ...others]) as z.ZodType as z.ZodType<Fact>;

const recorded = {
  version: z.literal([...FACT_VERSIONS]),
  subject: z.string(),
  writer: z.enum(["pruner", "trainer", "evaluator"]),
  time: z.iso.datetime().describe("RFC 3339, UTC. For people: it decides nothing."),
  fact: factSchema,
};

/** A fact as the log gives it. */
const recordedSchema: z.ZodType<Recorded> = z.strictObject(recorded);

/** A line of facts.jsonl: a fact under its seal. docs/facts.schema.json is made of this. */
export const lineSchema: z.ZodType<Recorded & { readonly sha256: string }> = z.strictObject({
  ...recorded,
  sha256: sha256.meta({
    description: "The seal: SHA-256, in lower-case hex, of the bytes of this line without this field (docs/facts.md).",
  }),
});

/**
 * A recorded fact from a value of any origin.
 * @param where how the caller calls the value: `facts.jsonl:12`; errors name `facts.jsonl:12.fact.round`
 * @throws InvalidInput for the first thing that is not as docs/facts.md says
 */
export const parseRecorded = (value: unknown, where: string): Recorded => {
  if (isObject(value) && value.version !== undefined && !FACT_VERSIONS.includes(value.version as number)) {
    const hint = "Another version of this program wrote it; read it with that one.";
    throw invalidInput([where, "version"], value.version, FACT_VERSIONS.join(", "), hint);
  }
  const parsed = recordedSchema.safeParse(value);
  if (!parsed.success) throw refused(parsed.error.issues, value, where);
  const hidden = prototypeKey(value, [where]);
  if (hidden !== undefined) {
    throw invalidInput(hidden, "__proto__", "the keys of docs/facts.md", "No program of ours writes this key.");
  }
  check(parsed.data, where);
  return asWritten(parsed.data, value);
};

/**
 * A fact with the spec that was written, without the defaults of fields that are younger: it is written again to the same bytes. The cast:
 * it was parsed.
 */
const asWritten = (recorded: Recorded, value: unknown): Recorded => {
  if (recorded.fact.kind !== "search.opened") return recorded;
  const { fact } = value as { readonly fact: FactOf<"search.opened"> };
  return { ...recorded, fact: { ...recorded.fact, spec: fact.spec } };
};

/** Where a value has a key `__proto__`: zod leaves it out of a record without a word. */
const prototypeKey = (value: unknown, path: Path): Path | undefined => {
  if (typeof value !== "object" || value === null) return undefined;
  if (Object.hasOwn(value, "__proto__")) return [...path, "__proto__"];
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner !== "object") continue;
    const found = prototypeKey(inner, [...path, Array.isArray(value) ? Number(key) : key]);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** What must hold between the parts of a fact. */
const check = ({ subject, writer, fact }: Recorded, where: string): void => {
  const right = subjectOf(searchIdOf(subject), fact);
  if (subject !== right) throw invalidInput([where, "subject"], subject, right, "The subject says what the fact says.");
  if (!mayWrite(writer, fact.kind)) {
    throw invalidInput([where, "writer"], writer, writerOf(fact.kind), `No other service writes ${fact.kind}.`);
  }
  // The check is the row's of this kind, so it takes this fact.
  rowOf(fact.kind).check?.(fact as never, [where, "fact"]);
};

type Issue = z.core.$ZodIssue;

const refused = (issues: readonly Issue[], value: unknown, where: string): InvalidInput => {
  const issue = deepest(issues);
  const field = issue.path.reduce<string>(
    (path, key) => (typeof key === "number" ? `${path}[${key}]` : `${path}.${String(key)}`),
    where,
  );
  const found = issue.path.reduce<unknown>(
    // Arrays are indexed as objects are, by keys that the issue names.
    (part, key) =>
      typeof part === "object" && part !== null ? (part as Record<PropertyKey, unknown>)[key] : undefined,
    value,
  );
  const [known] = issue.code === "invalid_value" ? [issue.values.map(String)] : [];
  const near = typeof found === "string" && known !== undefined ? `Did you mean ${nearest(found, known)}? ` : "";
  return invalidInput(field, found, known?.join(", ") ?? issue.message, `${near}docs/facts.md describes every fact.`);
};

/** Within a union the issue that lies deepest is the one of the branch that was meant. */
const deepest = (issues: readonly Issue[]): Issue => {
  const inner = issues.flatMap((issue) =>
    issue.code === "invalid_union"
      ? issue.errors.flatMap((branch) => branch.map((one) => ({ ...one, path: [...issue.path, ...one.path] })))
      : [],
  );
  const [first] = issues;
  if (inner.length > 0) return deepest(inner);
  if (first === undefined) throw new RangeError("a schema refused a value without an issue");
  return first;
};
