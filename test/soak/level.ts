/** What a process held when so many searches had ended. */
export type Sample = { readonly searches: number; readonly bytes: number };

/** What became of a process's memory once it was warm. */
export type Drift = {
  /** The least in the first tenth after the warm-up, and in the last tenth: what a collection leaves, since memory goes up and down. */
  readonly before: number;
  readonly after: number;
  /** Between these two, in bytes. */
  readonly aSearch: number;
  readonly level: boolean;
};

/** Memory counts as level where what a collection leaves has not grown by more than this share. */
export const LEVEL_SHARE = 0.1;

/**
 * Whether memory stayed level after the first `warm` searches.
 * @throws RangeError where there are fewer than two samples after them
 */
export const driftOf = (samples: readonly Sample[], warm: number): Drift => {
  const counted = samples.filter(({ searches }) => searches >= warm);
  const [first, last] = [counted.at(0), counted.at(-1)];
  if (first === undefined || last === undefined || counted.length < 2) {
    throw new RangeError(`${counted.length} samples after ${warm} searches: at least 2 are needed`);
  }
  const tenth = (last.searches - first.searches) / 10;
  const early = least(counted.filter(({ searches }) => searches <= first.searches + tenth));
  const late = least(counted.filter(({ searches }) => searches >= last.searches - tenth));
  return {
    before: early.bytes,
    after: late.bytes,
    aSearch: (late.bytes - early.bytes) / Math.max(1, late.searches - early.searches),
    level: late.bytes <= (1 + LEVEL_SHARE) * early.bytes,
  };
};

const least = (samples: readonly Sample[]): Sample =>
  samples.reduce((found, sample) => (sample.bytes < found.bytes ? sample : found));
