import type { Curve, Point } from "./plot.js";

const SAMPLES = 160;
/** Neighbouring samples that differ by more are on two sides of a jump. */
const JUMP = 0.2;

/**
 * A function of one number as a curve, its jumps found by halving.
 * @param f what is drawn: it is called with 32-bit floats
 */
export const curveOf = (title: string, f: (x: number) => number, from = -2, to = 2): Curve => {
  const points = Array.from({ length: SAMPLES + 1 }, (_, index): Point => {
    const x = from + ((to - from) * index) / SAMPLES;
    return [x, f(x)];
  });
  const pieces: Point[][] = [[]];
  const ends: { at: Point; closed: boolean }[] = [];
  points.forEach((point, index) => {
    const before = points[index - 1];
    if (before !== undefined && Math.abs(point[1] - before[1]) > JUMP) {
      const [left, right] = sidesOf(f, before, point);
      const place = unevenness(left[0]) < unevenness(right[0]) ? left : right;
      pieces.at(-1)?.push(left);
      pieces.push([right]);
      ends.push({ at: left, closed: place === left }, { at: right, closed: place === right });
    }
    pieces.at(-1)?.push(point);
  });
  return { title, pieces, ends };
};

/** How far a number is from a quarter: of two neighbouring floats, the jump is at the one that is a round number. */
const unevenness = (x: number): number => Math.abs(4 * x - Math.round(4 * x));

/** The two neighbouring 32-bit floats between which the function jumps, and its value at each. */
const sidesOf = (f: (x: number) => number, before: Point, after: Point): [Point, Point] => {
  let [left, right] = [before, after];
  for (;;) {
    const x = Math.fround((left[0] + right[0]) / 2);
    if (x <= left[0] || x >= right[0]) return [left, right];
    const middle: Point = [x, f(x)];
    if (Math.abs(middle[1] - left[1]) < Math.abs(middle[1] - right[1])) left = middle;
    else right = middle;
  }
};
