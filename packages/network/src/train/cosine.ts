/**
 * Learning rate of training job `job` of `jobs`, counted from 0: falls from `rate` to `leastRate` along half a cosine.
 * The last job's rate is a little above `leastRate`, which is where job number `jobs` would be (PyTorch's CosineAnnealingLR).
 */
export const cosineRate = (
  weights: { readonly rate: number; readonly leastRate: number },
  job: number,
  jobs: number,
): number => weights.leastRate + ((weights.rate - weights.leastRate) * (1 + Math.cos((Math.PI * job) / jobs))) / 2;
