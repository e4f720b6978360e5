/** From this share of an epoch's steps on, in percent, the rate is this share of the sample's rate. Measured: docs/rigor.md. */
const PHASES = [
  { from: 85, share: 0.05 },
  { from: 60, share: 0.3 },
] as const;

/**
 * The learning rate of a step of a sample's epoch by the fair protocol: 60 % of the steps at the rate, 25 % at 0.3 of it, 15 % at
 * 0.05 of it. The last steps of a constant rate are large enough to decide how a network does; small ones leave that to the network.
 * (Not in the paper.)
 * @param step counted from 0
 * @param steps in the epoch, from 1
 */
export const annealedRate = (rate: number, step: number, steps: number): number => {
  // In whole numbers: a share of steps would be rounded.
  const phase = PHASES.find(({ from }) => 100 * step >= from * steps);
  return rate * (phase?.share ?? 1);
};
