import type { FactKind, Writer } from "./facts.js";

const WRITERS: Readonly<Record<FactKind, Writer>> = {
  "search.opened": "pruner",
  "epoch.requested": "pruner",
  "epoch.trained": "trainer",
  "round.opened": "pruner",
  "sample.requested": "pruner",
  "sample.trained": "trainer",
  "sample.evaluated": "evaluator",
  "pass.merge.requested": "pruner",
  "pass.merged": "trainer",
  "round.scored": "evaluator",
  "round.reduced": "pruner",
  "search.paused": "pruner",
  "search.resumed": "pruner",
  "search.finished": "pruner",
  "search.failed": "pruner",
  "search.cancelled": "pruner",
  "search.archived": "pruner",
  "search.deleted": "pruner",
};

/** Every kind of fact. (`Object.keys` forgets the names of its keys.) */
export const FACT_KINDS = Object.keys(WRITERS) as readonly FactKind[];

/** The one service that writes this kind of fact (design.md section 1). */
export const writerOf = (kind: FactKind): Writer => WRITERS[kind];

/** Whether a service may write this kind of fact. The service whose job cannot be done fails the search. */
export const mayWrite = (writer: Writer, kind: FactKind): boolean =>
  WRITERS[kind] === writer || kind === "search.failed";
