import { type KernelFunc, registerKernel } from "@tensorflow/tfjs-core";
import type { OnTensorflow, Result } from "./composed.js";
import type { TensorFlow } from "./tensorflow.js";

/** The name of the backend in TensorFlow.js. */
export const BACKEND = "tensorflow";

/** Makes kernels known to TensorFlow.js. */
export const registerOn = (tf: TensorFlow, kernels: OnTensorflow): void => {
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    // The engine hands over the tensors that `run` was called with; OnTensorflow has their real types.
    const onTensorflow = kernel as unknown as (tf: TensorFlow, inputs: unknown, attrs: unknown) => Result;
    const kernelFunc: KernelFunc = ({ inputs, attrs }) => tf.kernel(() => onTensorflow(tf, inputs, attrs));
    registerKernel({ kernelName, backendName: BACKEND, kernelFunc });
  }
};
