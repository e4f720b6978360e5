import type { Path } from "@bnas/errors";
import type { z } from "zod";
import type { KeySpelling } from "./spelling.js";

/** Who may write a fact: one writer a kind (ARCHITECTURE.md, invariants). */
export type Writer = "pruner" | "trainer" | "evaluator";

/** How a search may end. */
export type EndKind = "finished" | "failed" | "cancelled";

/**
 * All that is known of a kind of fact: a row of FACTS. Types, schemas, subjects, permissions, spans and docs/facts.md follow from
 * it. What a fact changes in a search is in `evolve`, and when it is wanted is in `decide`.
 */
export type FactRow<Kind extends string = string> = {
  /** How its subject is spelt, after `bnas.search.<id>.`. No two facts have one subject. */
  readonly key: KeySpelling;
  /** What it says beside its kind and the numbers of its key, in this order. */
  readonly body: Readonly<Record<string, z.ZodType>>;
  /** Checks what its fields say together. `where` is the path of the fact, for the error. @throws InvalidInput */
  readonly check?: (fact: never, where: Path) => void;
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
  /** It replaces all other facts of its search. */
  readonly tombstone?: true;
  /** The field that counts the images which the work has seen. */
  readonly images?: string;
  /** What it means, in Markdown, after the sentence that says who writes it and where. */
  readonly means: string;
  /** One of its facts, without its kind, for docs/facts.md. */
  readonly example: object;
};
