import type { Range } from "./ranges.js";

/** Tries of a row before it fails: one disturbed try is the machine's fault, three in a row are not. */
export const TRIES = 3;

/** `better`: less than the range has. It passes, but the range no longer says what is usual. */
export type Verdict = "within" | "worse" | "better";

export const verdictOf = (ratio: number, { least, most }: Range): Verdict => {
  // (A ratio that is no number is worse than any range: nothing was measured.)
  if (!(ratio <= most)) return "worse";
  return ratio < least ? "better" : "within";
};

/** What the tries of a row gave: the last of them decides, since the first that is not worse is the last. */
export type Checked = { readonly ratios: readonly number[]; readonly verdict: Verdict };

/** Tries a row until a ratio is not worse than its range, at most three times. @param measure gives the ratio of a try */
export const checkRow = async (range: Range, measure: () => Promise<number>): Promise<Checked> => {
  const ratios: number[] = [];
  while (ratios.length < TRIES) {
    const ratio = await measure();
    ratios.push(ratio);
    const verdict = verdictOf(ratio, range);
    if (verdict !== "worse") return { ratios, verdict };
  }
  return { ratios, verdict: "worse" };
};
