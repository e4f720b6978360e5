import { type InvalidInput, invalidInput, nearest } from "@bnas/errors";
import { z } from "zod";
import { checkGenotype } from "../genotype/genotype-check.js";
import { isObject } from "../is-object.js";
import { OPERATIONS } from "../space/operations.js";
import { EDGES } from "../space/space.js";
import { specSchema } from "../spec/spec.js";
import type { Fact, Recorded } from "./facts.js";
import { searchIdOf, subjectOf } from "./subjects.js";
import { mayWrite, writerOf } from "./writers.js";

const operation = z.enum(OPERATIONS).meta({ id: "Operation" });
const perCell = <T extends z.ZodType>(edge: T, id: string, meaning: string) => {
  const edges = z.array(edge).length(EDGES.length);
  return z.strictObject({ normal: edges, reduce: edges }).meta({ id, description: meaning });
};
const perOperation = perCell(
  // Written out, so that no key can be present and undefined.
  z.strictObject(
    Object.fromEntries(OPERATIONS.map((name) => [name, z.number().exactOptional()])) as Record<
      (typeof OPERATIONS)[number], // Object.fromEntries forgets the names of its keys.
      z.ZodExactOptional<z.ZodNumber>
    >,
  ),
  "PerOperation",
  "One number an operation on each of the 14 edges, only for the operations that it speaks of.",
);
const candidates = perCell(
  z.array(operation).min(1),
  "Candidates",
  "Operations on each of the 14 edges, in the order of their identity.",
);
const network = perCell(operation, "Network", "One operation for each of the 14 edges.");
const beta = perCell(z.number(), "Beta", "Strength of each of the 14 edges into its node.");

const from1 = z.int().min(1);
const from0 = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const checkpoint = sha256.meta({
  id: "CheckpointRef",
  description: "SHA-256 of a manifest in the store, in lower-case hex.",
});
const warmup = { stage: z.literal("warmup"), epoch: from1 };
const settle = { stage: z.literal("settle"), round: from1, epoch: from1 };
const passId = { round: from1, pass: from1 };
const sampleId = { ...passId, sample: from1 };
const numbered = { job: from0, jobs: from1 };
const trained = { checkpoint, loss: z.number(), images: from0, seconds: z.number().min(0) };
const link = z.tuple([operation, from0]);
const genotype = z
  .strictObject({
    normal: z.array(link),
    normal_concat: z.array(from0),
    reduce: z.array(link),
    reduce_concat: z.array(from0),
  })
  .meta({ id: "Genotype", description: "As DARTS spells it: two (operation, input) links a node for nodes 2 to 5." });

const epochRequested = { kind: z.literal("epoch.requested"), ...numbered, candidates, from: checkpoint.nullable() };
const epochTrained = { kind: z.literal("epoch.trained"), ...trained, alpha: perOperation, beta };

/** Every kind of fact, with no key but its own. */
export const factSchema: z.ZodType<Fact> = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("search.opened"), spec: specSchema.meta({ id: "Spec" }) }),
  z.discriminatedUnion("stage", [
    z.strictObject({ ...epochRequested, ...warmup }),
    z.strictObject({ ...epochRequested, ...settle }),
  ]),
  z.discriminatedUnion("stage", [
    z.strictObject({ ...epochTrained, ...warmup }),
    z.strictObject({ ...epochTrained, ...settle }),
  ]),
  z.strictObject({ kind: z.literal("round.opened"), round: from1, candidates, small: candidates }),
  z.strictObject({ kind: z.literal("sample.requested"), ...sampleId, ...numbered, network, from: checkpoint }),
  z.strictObject({ kind: z.literal("sample.trained"), ...sampleId, ...trained }),
  z.strictObject({
    kind: z.literal("sample.evaluated"),
    ...sampleId,
    correct: from0,
    total: from1,
    seconds: z.number().min(0),
  }),
  z.strictObject({
    kind: z.literal("pass.merge.requested"),
    ...passId,
    from: checkpoint,
    samples: z.array(z.strictObject({ checkpoint, images: from1 })).min(1),
  }),
  z.strictObject({ kind: z.literal("pass.merged"), ...passId, checkpoint, seconds: z.number().min(0) }),
  z.strictObject({ kind: z.literal("round.scored"), round: from1, scores: perOperation }),
  z.strictObject({ kind: z.literal("round.reduced"), round: from1, likelihoods: perOperation, abandoned: network }),
  z.strictObject({ kind: z.literal("search.paused"), control: from1 }),
  z.strictObject({ kind: z.literal("search.resumed"), control: from1 }),
  z.strictObject({ kind: z.literal("search.finished"), genotype }),
  z.strictObject({ kind: z.literal("search.failed"), reason: z.string(), hint: z.string() }),
  z.strictObject({ kind: z.literal("search.cancelled"), reason: z.string() }),
  z.strictObject({
    kind: z.literal("search.archived"),
    blob: sha256,
    sequences: z.array(from1).min(1),
    state: z.enum(["finished", "failed", "cancelled"]),
    seed: from0,
    created: z.iso.datetime(),
    ended: z.iso.datetime(),
  }),
  z.strictObject({ kind: z.literal("search.deleted"), checkpoint: checkpoint.nullable() }),
]);

/** A fact as the log and facts.jsonl keep it. docs/facts.schema.json is made of this. */
export const recordedSchema: z.ZodType<Recorded> = z.strictObject({
  version: z.literal(1),
  subject: z.string(),
  writer: z.enum(["pruner", "trainer", "evaluator"]),
  time: z.iso.datetime().describe("RFC 3339, UTC. For people: it decides nothing."),
  fact: factSchema,
});

/**
 * A recorded fact from a value of any origin.
 * @param where how the caller calls the value: `facts.jsonl:12`; errors name `facts.jsonl:12.fact.round`
 * @throws InvalidInput for the first thing that is not as docs/facts.md says
 */
export const parseRecorded = (value: unknown, where: string): Recorded => {
  if (isObject(value) && value.version !== undefined && value.version !== 1) {
    const hint = "Another version of this program wrote it; read it with that one.";
    throw invalidInput([where, "version"], value.version, "1", hint);
  }
  const parsed = recordedSchema.safeParse(value);
  if (!parsed.success) throw refused(parsed.error.issues, value, where);
  check(parsed.data, where);
  return parsed.data;
};

/** What must hold between the parts of a fact. */
const check = ({ subject, writer, fact }: Recorded, where: string): void => {
  const right = subjectOf(searchIdOf(subject), fact);
  if (subject !== right) throw invalidInput([where, "subject"], subject, right, "The subject says what the fact says.");
  if (!mayWrite(writer, fact.kind)) {
    throw invalidInput([where, "writer"], writer, writerOf(fact.kind), `No other service writes ${fact.kind}.`);
  }
  if (fact.kind === "search.finished") checkGenotype(fact.genotype, `${where}.fact.genotype`);
  if (fact.kind === "sample.evaluated" && fact.correct > fact.total) {
    throw invalidInput(
      [where, "fact", "correct"],
      fact.correct,
      `at most ${fact.total}`,
      "No more answers can be right than there are.",
    );
  }
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
