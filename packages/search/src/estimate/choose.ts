import type { Stream } from "../random/random.js";
import { type Choices, networksOf } from "./candidates.js";
import type { NetworkCode } from "./coding.js";
import type { Estimate } from "./estimate.js";

/** A network that is to be evaluated, and what is expected of it. */
export type Chosen = { readonly code: NetworkCode; readonly mean: number; readonly deviation: number };

/** How many deviations a network is given credit for. */
const CREDIT = 0.7;
/** Networks that are looked at for one choice. */
const LOOKED_AT = 150;

/**
 * The networks of a pass: one after another that of the greatest upper confidence bound, mean + 0.7 deviations, among those of
 * the choices; each counts as evaluated as expected before the next is chosen, so that a pass is not four times the same question.
 * A network that does what an evaluated one does is not chosen again, while another is among the drawn: its training would teach
 * nothing new.
 */
export const choosePass = (estimate: Estimate, choices: Choices, count: number, drawn: Stream): Chosen[] =>
  Array.from({ length: count }, () => {
    const bound = (code: NetworkCode): Bounded => {
      const { mean, deviation, known } = estimate.predict(code);
      return { code, mean, deviation, known, bound: mean + CREDIT * deviation };
    };
    const drawnOnes = networksOf(choices, LOOKED_AT, drawn).map(bound);
    const news = drawnOnes.filter(({ known }) => !known);
    // Where every network that was drawn is known, the one of the greatest bound is trained again.
    const from = (news.length > 0 ? news : drawnOnes).reduce((most, next) => (next.bound > most.bound ? next : most));
    const { code, mean, deviation } = climb(from, choices, (next) => {
      const found = bound(next);
      return found.known ? undefined : found;
    });
    estimate.pretend(code);
    return { code, mean, deviation };
  });

type Bounded = Chosen & { readonly bound: number; readonly known: boolean };

/** From a network to one that no change of one edge makes better. */
export const climb = <Valued extends { readonly code: NetworkCode; readonly bound: number }>(
  from: Valued,
  choices: Choices,
  boundedOf: (code: NetworkCode) => Valued | undefined,
): Valued => {
  let best = from;
  for (let changed = true; changed; ) {
    changed = false;
    choices.forEach((operations, edge) => {
      for (const operation of operations) {
        if (operation === best.code[edge]) continue;
        const code = Uint8Array.from(best.code);
        code[edge] = operation;
        const next = boundedOf(code);
        if (next !== undefined && next.bound > best.bound) {
          best = next;
          changed = true;
        }
      }
    });
  }
  return best;
};
