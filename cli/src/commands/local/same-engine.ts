import { invalidInput } from "@bnas/errors";
import { evolve, provenanceOf, start } from "@bnas/search";
import type { BegunSearch } from "./begun-search.js";

/**
 * Refuses to continue a search on another engine than the one that trained its checkpoints: engines agree to rounding only, so the
 * rest would follow from the seed no more.
 * @param engine the name of the one that would train
 * @throws BnasError INVALID_INPUT with the engine that did the jobs so far
 */
export const requireSameEngine = ({ searchId, facts, folder }: BegunSearch, engine: string): void => {
  const search = facts.reduce((folded, { fact }) => evolve(folded, fact), start(searchId));
  if (search.ended !== undefined) return;
  const other = provenanceOf(facts).makers.find((maker) => maker.engine.name !== engine);
  if (other === undefined) return;
  const { name } = other.engine;
  const hint = `Its numbers differ in rounding. Continue with --engine ${name}, or begin again in another folder: --out DIR.`;
  throw invalidInput("--engine", engine, `${name}, which did ${other.jobs} jobs of the search in ${folder}`, hint);
};
