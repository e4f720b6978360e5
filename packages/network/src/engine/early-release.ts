import {
  getGradient,
  getKernelsForBackend,
  registerGradient,
  type Tensor,
  unregisterGradient,
} from "@tensorflow/tfjs-core";

/**
 * Lets go of what a backward pass has used as it goes, instead of at its end: the tape keeps every gradient and every
 * saved activation until the last, which is half of the memory of a step.
 *
 * When the gradient of one operation begins, that of the one before is done: nothing reads its incoming gradients and
 * its saved tensors again, as long as the loss is not differentiated twice and not with respect to an activation. Gradients
 * of our own kernels are always new tensors, so none is shared with an operation still to come.
 * @param backendName whose operations to do this for. A second call changes nothing.
 */
export const releaseEarly = (backendName: string): void => {
  for (const { kernelName } of getKernelsForBackend(backendName)) {
    const config = kernelName.startsWith("Bnas") ? getGradient(kernelName) : undefined;
    if (config === undefined || released.has(kernelName)) continue;
    released.add(kernelName);
    unregisterGradient(kernelName);
    registerGradient({
      ...config,
      gradFunc(dy, saved, attrs) {
        for (const tensor of used) tensor.dispose();
        used = [dy, saved].flat();
        return config.gradFunc(dy, saved, attrs);
      },
    });
  }
};

const released = new Set<string>();

/** What the last gradient was computed from. One list is enough: a process differentiates one thing at a time. */
let used: readonly Tensor[] = [];
