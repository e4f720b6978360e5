import type { z } from "zod";
import type { Spelling } from "./spelling.js";

/** Who may write a fact: one writer a kind (ARCHITECTURE.md, invariants). */
export type Writer = "pruner" | "trainer" | "evaluator";

/** How a search may end. */
export type EndKind = "finished" | "failed" | "cancelled";

/**
 * All that is said of a kind of fact: a row of FACTS. Types, schemas, subjects, permissions, spans and docs/facts.md follow from
 * it; what a fact does to a search is said by `evolve`, and when it is wanted by `decide`.
 */
export type FactRow<Kind extends string = string> = {
  /** Where it lies, below `bnas.search.<id>.`: no other fact ever lies there. */
  readonly key: Spelling;
  /** What it says beside its kind and the numbers of its key, in this order. */
  readonly body: Readonly<Record<string, z.ZodType>>;
  /** What must hold between its fields. @throws for the first that does not; `where` is what the caller calls the fact */
  readonly check?: (fact: never, where: string) => void;
  readonly writer: Writer;
  /** Who may write it as well. */
  readonly alsoBy?: readonly Writer[];
  /** It asks for work: the kind of the fact that answers it, whose key is spelt with the same numbers. */
  readonly asks?: Kind;
  /** What that work is called: the name of its span, and `bnas.job.kind` of its metrics. */
  readonly span?: string;
  /** It follows from the facts before it: replay decides it again and compares. */
  readonly computed?: true;
  /** It ends its search. */
  readonly ends?: EndKind;
  /** It stands in the place of all other facts of its search. */
  readonly tombstone?: true;
  /** The field that counts the images which the work has seen. */
  readonly images?: string;
  /** What it means, in Markdown, after the sentence that says who writes it and where. */
  readonly means: string;
  /** One of its facts, without its kind, for docs/facts.md. */
  readonly example: object;
};
