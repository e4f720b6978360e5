import { median } from "./statistics.js";

/** A disturbed try of one and a half times the usual cost passes; a cost that has doubled fails, also in a lucky try. */
const ROOM = 1.5;
/** Below half of the usual cost something became much faster, or stopped doing its work. */
const GAIN = 0.5;

/** The bounds of a row from the ratios of its tries. `worst` is the greatest of them: it must lie below `most`. */
export const proposeRange = (
  ratios: readonly number[],
): { readonly least: number; readonly usual: number; readonly most: number; readonly worst: number } => {
  const usual = median(ratios);
  return { least: GAIN * usual, usual, most: ROOM * usual, worst: Math.max(...ratios) };
};
