import type { AvgPoolKernels } from "./ops/avg-pool.js";
import type { BatchNormKernels } from "./ops/batch-norm.js";
import type { ConcatKernels } from "./ops/concat-channels.js";
import type { Conv3x3Kernels } from "./ops/conv3x3.js";
import type { DepthwiseKernels } from "./ops/depthwise.js";
import type { GlobalAveragePoolKernels } from "./ops/global-average-pool.js";
import type { MaxPoolKernels } from "./ops/max-pool.js";
import type { PointwiseKernels } from "./ops/pointwise.js";
import type { ShuffleKernels } from "./ops/shuffle-channels.js";
import type { SliceKernels } from "./ops/slice-channels.js";
import type { WeightedSumKernels } from "./ops/weighted-sum.js";

/** What a backend has to provide: every kernel, its inputs, attributes and outputs. portable.ts, wasm/ and tensorflow/ are
 * checked against this map by the compiler, so a kernel cannot be missing on one of them. */
export type Kernels = DepthwiseKernels &
  PointwiseKernels &
  Conv3x3Kernels &
  BatchNormKernels &
  MaxPoolKernels &
  AvgPoolKernels &
  GlobalAveragePoolKernels &
  WeightedSumKernels &
  ConcatKernels &
  SliceKernels &
  ShuffleKernels;

export type KernelName = keyof Kernels;
