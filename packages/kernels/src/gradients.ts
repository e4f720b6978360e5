import { type GradConfig, getGradient, registerGradient, type Tensor } from "@tensorflow/tfjs-core";
import { type KernelName, type Kernels, run } from "./contract.js";

// Each gradient is a closure that runs one backward kernel when the tape asks for it: a step on the strengths alone
// never pays for the gradients of the weights, nor the first convolution for those of the image.

type Gradient<K extends KernelName> = {
  readonly save?: readonly string[];
  /** Which outputs to keep, in order. */
  readonly saveOutputs?: boolean[];
  /** For kernels whose inputs are a list. */
  readonly saveAllInputs?: boolean;
  readonly grad: (dy: never, saved: never, attrs: Kernels[K]["attrs"]) => Record<string, () => Tensor>;
};

const config = <K extends KernelName>(kernelName: K, gradient: Gradient<K>): GradConfig => ({
  kernelName,
  inputsToSave: [...(gradient.save ?? [])],
  outputsToSave: gradient.saveOutputs ?? [],
  saveAllInputs: gradient.saveAllInputs ?? false,
  // The engine calls it with what `save`, `saveOutputs` and the kernel's attributes say.
  gradFunc: gradient.grad as unknown as GradConfig["gradFunc"],
});

type Dy = Kernels["BnasAvgPoolGrad"]["inputs"]["dy"];
type Saved = [Dy, Tensor];

const gradients: readonly GradConfig[] = [
  config("BnasDepthwise", {
    save: ["x", "w"],
    grad: (dy: Dy, [x, w]: Saved, attrs) => ({
      x: () => run("BnasDepthwiseGradX", { x, w, dy }, attrs),
      w: () => run("BnasDepthwiseGradW", { x, w, dy }, attrs),
    }),
  }),
  config("BnasPointwise", {
    save: ["x", "w"],
    grad: (dy: Dy, [x, w]: Saved, attrs) => ({
      x: () => run("BnasPointwiseGradX", { x, w, dy }, attrs),
      w: () => run("BnasPointwiseGradW", { x, w, dy }, attrs),
    }),
  }),
  config("BnasConv3x3", {
    save: ["x", "w"],
    grad: (dy: Dy, [x, w]: Saved, attrs) => ({
      x: () => run("BnasConv3x3GradX", { x, w, dy }, attrs),
      w: () => run("BnasConv3x3GradW", { x, w, dy }, attrs),
    }),
  }),
  config("BnasBatchNorm", {
    saveOutputs: [true, false, true],
    grad: ([dy]: [Dy], [y, variance]: [Dy, Kernels["BnasBatchNorm"]["output"][2]]) => ({
      x: () => run("BnasBatchNormGrad", { y, variance, dy }, {}),
    }),
  }),
  config("BnasMaxPool", {
    saveOutputs: [false, true],
    grad: ([dy]: [Dy], [winner]: [Dy], attrs) => ({ x: () => run("BnasMaxPoolGrad", { winner, dy }, attrs) }),
  }),
  config("BnasAvgPool", { grad: (dy: Dy, _: [], attrs) => ({ x: () => run("BnasAvgPoolGrad", { dy }, attrs) }) }),
  config("BnasWeightedSum", {
    saveAllInputs: true,
    grad: (dy: Dy, [weights, ...xs]: [Kernels["BnasWeightedSum"]["inputs"][0], ...Dy[]]) => ({
      0: () => run("BnasWeightedSumGradWeights", [dy, ...xs], {}),
      ...Object.fromEntries(
        xs.map((_, index) => [index + 1, () => run("BnasWeightedSumGradX", { dy, weights }, { index })]),
      ),
    }),
  }),
  config("BnasConcat", {
    grad: (dy: Dy, _: [], { sizes }) => {
      const begin = (index: number) => sizes.slice(0, index).reduce((sum, size) => sum + size, 0);
      const channels = begin(sizes.length);
      return Object.fromEntries(
        sizes.map((size, index) => [index, () => run("BnasSlice", { x: dy }, { begin: begin(index), size, channels })]),
      );
    },
  }),
  config("BnasSlice", { grad: (dy: Dy, _: [], attrs) => ({ x: () => run("BnasSliceGrad", { dy }, attrs) }) }),
  config("BnasShuffle", {
    // Shuffling by the other factor is the inverse.
    grad: (dy: Dy, _: [], { groups }) => ({
      x: () => run("BnasShuffle", { x: dy }, { groups: dy.shape[3] / groups }),
    }),
  }),
  config("BnasGlobalAveragePool", {
    grad: (dy: Dy, _: [], attrs) => ({ x: () => run("BnasGlobalAveragePoolGrad", { dy }, attrs) }),
  }),
];

/** Makes the operations differentiable on every backend. A second call changes nothing. */
export const registerGradients = (): void => {
  for (const gradient of gradients) if (getGradient(gradient.kernelName) == null) registerGradient(gradient);
};
