import { endFacts } from "./end-facts.js";
import { epochFacts } from "./epoch-facts.js";
import { modelFacts } from "./model-facts.js";
import { repeatFacts } from "./repeat-facts.js";
import { roundFacts } from "./round-facts.js";
import type { FactRow } from "./row.js";
import { searchFacts } from "./search-facts.js";

/**
 * Every kind of fact, in the order in which they come to be. A new kind is a row here, a case in `evolve` and, where it is
 * decided by computation, one in `decide`.
 */
export const FACTS = { ...searchFacts, ...epochFacts, ...roundFacts, ...modelFacts, ...repeatFacts, ...endFacts };

export type FactKind = keyof typeof FACTS;

/** Every kind of fact. (`Object.keys` forgets the names of its keys.) */
export const FACT_KINDS = Object.keys(FACTS) as readonly FactKind[];

const rows: Readonly<Record<FactKind, FactRow<FactKind>>> = FACTS;

/** What is said of a kind. */
export const rowOf = (kind: FactKind): FactRow<FactKind> => rows[kind];
