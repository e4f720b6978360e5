import { invalidInput, type Path } from "@bnas/errors";

/** The largest number of 16 bits. */
const MOST = 65504;

/**
 * Numbers rounded to 16 bits (IEEE 754 binary16), ties to even.
 * @param where how errors call them
 * @throws InvalidInput for a number that is too large
 */
export const toHalf = (values: Float32Array, where: Path): Float32Array =>
  values.map((value, i) => {
    const rounded = roundToHalf(value);
    if (Math.abs(rounded) <= MOST) return rounded;
    const hint = "The norm of this channel divides by almost 0: train the network with a larger epsilon.";
    throw invalidInput([...where, i], String(value), `a number from -${MOST} to ${MOST}`, hint);
  });

/** The nearest number of 16 bits. NaN stays NaN, and what is too large becomes larger than all. */
const roundToHalf = (value: number): number => {
  const magnitude = Math.abs(value);
  // Numbers of one exponent are this far apart; below the least exponent as far as at it.
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude)));
  const exact =
    magnitude >= 2 ** (exponent + 1)
      ? exponent + 1
      : magnitude < 2 ** exponent
        ? Math.max(-14, exponent - 1)
        : exponent;
  const step = 2 ** (exact - 10);
  const steps = magnitude / step;
  const below = Math.floor(steps);
  const up = steps - below > 0.5 || (steps - below === 0.5 && below % 2 === 1);
  return Math.sign(value) * (below + (up ? 1 : 0)) * step;
};

/** The 16 bits of a number that has them. */
export const halfBits = (value: number): number => {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const magnitude = Math.abs(value);
  if (magnitude < 2 ** -14) return sign | (magnitude / 2 ** -24);
  let exponent = -14;
  while (magnitude >= 2 ** (exponent + 1)) exponent++;
  return sign | ((exponent + 15) << 10) | (magnitude / 2 ** (exponent - 10) - 1024);
};

/** The 16 bits of each number, where every one of them is a number of 16 bits; else undefined. */
export const asHalves = (values: ArrayLike<number>): Uint16Array | undefined => {
  const bits = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (roundToHalf(value) !== value || Math.abs(value) > MOST) return undefined;
    bits[i] = halfBits(value);
  }
  return bits;
};
