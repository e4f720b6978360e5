import type { z } from "zod";
import type { Writer } from "./row.js";
import type { KeyFields } from "./spelling.js";
import type { FACTS, FactKind } from "./table.js";

type Rows = typeof FACTS;

/** A value that is read only, and all of its parts. */
type Frozen<T> = T extends object ? { readonly [Field in keyof T]: Frozen<T[Field]> } : T;

/** One object of several, as an editor shows it best. */
type Flat<T> = T extends unknown ? { readonly [Field in keyof T]: T[Field] } : never;

type ValueOf<Schema> = Schema extends z.ZodType<infer Value> ? Frozen<Value> : never;

/** The fields that a fact may lack. */
type MayLack<Body> = { [Field in keyof Body]: Body[Field] extends z.ZodOptional ? Field : never }[keyof Body];

type BodyOf<Body> = {
  readonly [Field in Exclude<keyof Body, MayLack<Body>>]: ValueOf<Body[Field]>;
} & { readonly [Field in MayLack<Body>]?: ValueOf<Body[Field]> };

/** Which fact of its search it is: the kind, and the numbers in its subject. */
export type FactKeyOf<K extends FactKind> = {
  [One in K]: Flat<{ readonly kind: One } & KeyFields<Rows[One]["key"]>>;
}[K];
export type FactKey = FactKeyOf<FactKind>;

/** Something that happened in a search, written once, never changed. The whole of a search is the fold of its facts. */
export type Fact = {
  [K in FactKind]: Flat<{ readonly kind: K } & KeyFields<Rows[K]["key"]> & BodyOf<Rows[K]["body"]>>;
}[FactKind];

/** A fact of a kind: its key, and what it says. */
export type FactOf<K extends FactKind> = Extract<Fact, { readonly kind: K }>;

/** The kinds whose row contains something. */
type KindsWith<Said extends object> = { [K in FactKind]: Rows[K] extends Said ? K : never }[FactKind];

/** A fact that ends a search. Of the three the first that comes counts. */
export type End = FactOf<KindsWith<{ readonly ends: string }>>;

/** A fact that replaces all others of its search. */
export type Tombstone = FactOf<KindsWith<{ readonly tombstone: true }>>;

/** The kinds that ask a service for work: those that a fact of this writer answers. */
export type RequestKindTo<W extends Writer> = {
  [K in FactKind]: Rows[K] extends { readonly asks: infer Answer extends FactKind }
    ? Rows[Answer]["writer"] extends W
      ? K
      : never
    : never;
}[FactKind];

/** A fact that asks a service for work. */
export type RequestTo<W extends Writer> = Extract<Fact, { readonly kind: RequestKindTo<W> }>;

/** Which epoch of supernet training: one of the L of the warm-up (line 1) or of the V after a round (line 14). */
export type Stage = KeyFields<Rows["epoch.requested"]["key"]>;

/** A fact as the log keeps it. `time` (RFC 3339, UTC) is for people: it decides nothing. */
export type Recorded = {
  /** That of its search (docs/adr/0036): one of `FACT_VERSIONS`. */
  readonly version: number;
  readonly subject: string;
  readonly writer: Writer;
  readonly time: string;
  readonly fact: Fact;
};
