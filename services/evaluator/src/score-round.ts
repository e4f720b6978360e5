import { failSearch, type Work } from "@bnas/jobs";
import type { FactLog } from "@bnas/log";
import {
  evolve,
  patternOf,
  record,
  type Search,
  searchIdOf,
  searchPattern,
  start,
  subjectOf,
  wanted,
} from "@bnas/search";
import type { Logger } from "@bnas/telemetry";

/**
 * Lines 9 to 11: the scores of a round, once the last of its samples is evaluated. Every evaluation asks for them, and only its own
 * search is folded: the evaluator of the last sample of a round sees the evaluations of all others. `wanted` says when a round can
 * be scored and how; a pause delays nothing here, since scoring takes no trainer.
 */
export const scoringWork = (mesh: {
  readonly log: FactLog;
  readonly clock: () => Date;
  readonly logger: Logger;
}): Work => ({
  name: "scorer",
  pattern: patternOf("sample.evaluated"),

  result: ({ subject, fact }) =>
    fact.kind === "sample.evaluated"
      ? subjectOf(searchIdOf(subject), { kind: "round.scored", round: fact.round })
      : null,

  async handle({ subject }) {
    const searchId = searchIdOf(subject);
    const scored = wanted(await fold(mesh.log, searchId)).find(({ kind }) => kind === "round.scored");
    if (scored?.kind !== "round.scored") return;
    await mesh.log.append(record(searchId, scored, "evaluator", mesh.clock().toISOString()));
    mesh.logger.info({ search: searchId, round: scored.round }, "scored");
  },

  failed: (stored, error) => failSearch(mesh, "evaluator", stored, error),
});

const fold = async (log: FactLog, searchId: string): Promise<Search> =>
  (await log.read(searchPattern(searchId))).reduce((search, { fact }) => evolve(search, fact), start(searchId));
