import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import "@tensorflow/tfjs-backend-wasm";
import {
  backend,
  type KernelFunc,
  registerKernel,
  setBackend,
  type TensorInfo,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import type { KernelName, Kernels } from "../contract.js";
import { registerGradients } from "../gradients.js";
import * as channels from "./channels.js";
import * as convolutions from "./convolutions.js";
import { Heap, type Module, wasmBackendOf } from "./heap.js";
import * as pools from "./norm-and-pool.js";

type OnHeap = {
  readonly [K in KernelName]: (
    heap: Heap,
    inputs: Kernels[K]["inputs"],
    attrs: Kernels[K]["attrs"],
  ) => TensorInfo | TensorInfo[];
};

const kernels: OnHeap = {
  BnasDepthwise: convolutions.depthwise,
  BnasDepthwiseGradX: convolutions.depthwiseGradX,
  BnasDepthwiseGradW: convolutions.depthwiseGradW,
  BnasPointwise: convolutions.pointwise,
  BnasPointwiseGradX: convolutions.pointwiseGradX,
  BnasPointwiseGradW: convolutions.pointwiseGradW,
  BnasConv3x3: convolutions.conv3x3,
  BnasConv3x3GradX: convolutions.conv3x3GradX,
  BnasConv3x3GradW: convolutions.conv3x3GradW,
  BnasBatchNorm: pools.batchNorm,
  BnasBatchNormGrad: pools.batchNormGrad,
  BnasMaxPool: pools.maxPool,
  BnasMaxPoolGrad: pools.maxPoolGrad,
  BnasAvgPool: pools.avgPool,
  BnasAvgPoolGrad: pools.avgPoolGrad,
  BnasWeightedSum: channels.weightedSum,
  BnasWeightedSumGradX: channels.weightedSumGradX,
  BnasWeightedSumGradWeights: channels.weightedSumGradWeights,
  BnasConcat: channels.concatChannels,
  BnasSlice: channels.sliceChannels,
  BnasSliceGrad: channels.sliceChannelsGrad,
  BnasShuffle: channels.shuffleChannels,
  BnasGlobalAveragePool: pools.globalAveragePool,
  BnasGlobalAveragePoolGrad: pools.globalAveragePoolGrad,
};

const BACKEND = "wasm";
const BINARY = new URL("../../wasm/kernels.wasm", import.meta.url);

const load = async (): Promise<{ digest: string }> => {
  if (!(await setBackend(BACKEND))) {
    throw new Error("the wasm backend of TensorFlow.js did not start; its reason is in the log above");
  }
  const api = wasmBackendOf(backend());
  const binary = await readFile(BINARY);
  const { instance } = await WebAssembly.instantiate(binary, { env: { memory: api.wasm.asm.memory } });
  const heap = new Heap(api, instance.exports as Module); // assembly/index.ts exports functions only, besides the memory.
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    // The engine hands over the tensors that `run` was called with; OnHeap has their real types.
    const onHeap = kernel as unknown as (heap: Heap, inputs: unknown, attrs: unknown) => TensorInfo | TensorInfo[];
    const kernelFunc: KernelFunc = ({ inputs, attrs }) => onHeap(heap, inputs, attrs);
    registerKernel({ kernelName, backendName: BACKEND, kernelFunc });
  }
  shareOnIdentity(heap);
  registerGradients();
  return { digest: createHash("sha256").update(binary).digest("hex") };
};

/** The backend's Identity copies, and the tape runs it on every tensor it saves: a third of a network's memory. */
const shareOnIdentity = (heap: Heap): void => {
  unregisterKernel("Identity", BACKEND);
  const kernelFunc: KernelFunc = ({ inputs }) => heap.share((inputs as { x: TensorInfo }).x);
  registerKernel({ kernelName: "Identity", backendName: BACKEND, kernelFunc });
};

let loading: Promise<{ digest: string }> | undefined;

/**
 * Starts the wasm backend, makes it the one in use and registers every operation on it, with gradients. A second call
 * changes nothing.
 * @returns the sha256 of the kernels' binary, for the engine's digest
 * @throws what to install, if the backend is not the version whose heap the kernels know
 * @example
 * ```ts
 * import { loadWasmKernels } from "@bnas/kernels";
 *
 * const { digest } = await loadWasmKernels();
 * digest.length; // => 64
 * ```
 */
export const loadWasmKernels = (): Promise<{ digest: string }> => {
  loading ??= load();
  return loading;
};
