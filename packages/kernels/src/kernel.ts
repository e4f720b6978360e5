import {
  engine,
  type GradConfig,
  type NamedAttrMap,
  type NamedTensorMap,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";

// How an operation is declared: its kernels by name and type, run by name on the backend in use, and which backward
// kernel answers for which input.

/** A kernel: the tensors that it takes, its options, and the tensor or tensors that it gives. */
export type Kernel<Inputs, Attributes, Output> = {
  readonly inputs: Inputs;
  readonly attrs: Attributes;
  readonly output: Output;
};

/** A kernel without options. */
export type None = Readonly<Record<never, never>>;

/** The inputs of a gradient that reads the gradient of the output alone. */
export type Upstream = { readonly dy: Tensor4D };

type Table = Readonly<Record<string, Kernel<unknown, unknown, unknown>>>;

/** Each gradient is a closure that runs one backward kernel when the tape asks for it: a step on the strengths alone
 * never pays for the gradients of the weights, nor the first convolution for those of the image. */
type Gradient<Attributes> = {
  readonly save?: readonly string[];
  /** Which outputs to keep, in order. */
  readonly saveOutputs?: boolean[];
  /** For kernels whose inputs are a list. */
  readonly saveAllInputs?: boolean;
  readonly grad: (dy: never, saved: never, attrs: Attributes) => Record<string, () => Tensor>;
};

/** What an operation needs to be declared: `run` calls one of its kernels, recorded on the tape if one is running;
 * `gradient` declares which backward kernels answer for it. */
export const kernelsOf = <T extends Table>() => ({
  run: <K extends keyof T & string>(name: K, inputs: T[K]["inputs"], attrs: T[K]["attrs"]): T[K]["output"] =>
    // The engine types the inputs and outputs of all kernels alike; T has the real ones, and the compiler checks every backend against it.
    engine().runKernel(
      name,
      inputs as unknown as NamedTensorMap,
      attrs as unknown as NamedAttrMap,
    ) as unknown as T[K]["output"],
  gradient: <K extends keyof T & string>(kernelName: K, gradient: Gradient<T[K]["attrs"]>): GradConfig => ({
    kernelName,
    inputsToSave: [...(gradient.save ?? [])],
    outputsToSave: gradient.saveOutputs ?? [],
    saveAllInputs: gradient.saveAllInputs ?? false,
    // The engine calls it with what `save`, `saveOutputs` and the kernel's attributes say.
    gradFunc: gradient.grad as unknown as GradConfig["gradFunc"],
  }),
});
