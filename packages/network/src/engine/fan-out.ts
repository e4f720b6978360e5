import { concatChannels, sliceChannels, weightedSum } from "@bnas/kernels";
import {
  engine,
  getGradient,
  getKernel,
  type NamedAttrMap,
  type NamedTensorMap,
  ones,
  registerGradient,
  registerKernel,
  type Tensor4D,
} from "@tensorflow/tfjs-core";

// A value that many operations read gets a gradient from each. The tape adds them two by two and writes a new sum every time; these
// operations add all of them at once. They consist of other kernels, so they are the same on every backend.

const FORK = "BnasFork";
const SPLIT = "BnasSplit";

type ForkOptions = { readonly n: number };
type SplitOptions = { readonly sizes: readonly number[] };

/** n tensors that share the data of x. */
export const fork = (x: Tensor4D, n: number): readonly Tensor4D[] => (n < 2 ? [x] : run(FORK, x, { n }));

/** The channels of x in consecutive parts of two or more sizes. */
export const splitChannels = (x: Tensor4D, sizes: readonly number[]): readonly Tensor4D[] => run(SPLIT, x, { sizes });

/** Makes both known to a backend, by its name in TensorFlow.js. A second call changes nothing. */
export const registerFanOut = (backendName: string): void => {
  if (getKernel(FORK, backendName) === undefined) {
    registerKernel({
      kernelName: FORK,
      backendName,
      kernelFunc({ inputs, attrs, backend }) {
        const { dataId, shape, dtype } = inputs.x as Tensor4D; // Both are what `run` was called with.
        const { n } = attrs as unknown as ForkOptions;
        return Array.from({ length: n }, () => {
          (backend as { incRef(dataId: object): void }).incRef(dataId); // Every backend of TensorFlow.js has it.
          return { dataId, shape, dtype };
        });
      },
    });
    registerKernel({
      kernelName: SPLIT,
      backendName,
      kernelFunc({ inputs, attrs }) {
        let begin = 0;
        return (attrs as unknown as SplitOptions).sizes.map((size) => {
          const part = sliceChannels(inputs.x as Tensor4D, { begin, size });
          begin += size;
          return part;
        });
      },
    });
  }
  if (getGradient(FORK) === undefined) {
    // Where an output was not used the engine hands over zeros, and for several outputs always a list.
    registerGradient({
      kernelName: FORK,
      gradFunc(dy) {
        const dys = dy as Tensor4D[];
        return { x: () => weightedSum(dys, ones([dys.length])) };
      },
    });
    registerGradient({ kernelName: SPLIT, gradFunc: (dy) => ({ x: () => concatChannels(dy as Tensor4D[]) }) });
  }
};

const run = (name: string, x: Tensor4D, attrs: ForkOptions | SplitOptions): readonly Tensor4D[] =>
  // The engine types every kernel's inputs, attributes and outputs alike.
  engine().runKernel(
    name,
    { x } as unknown as NamedTensorMap,
    attrs as unknown as NamedAttrMap,
  ) as unknown as readonly Tensor4D[];
