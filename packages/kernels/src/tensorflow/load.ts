import { createRequire } from "node:module";
import {
  backend,
  type KernelBackend,
  type KernelFunc,
  registerBackend,
  registerKernel,
  setBackend,
  type TensorInfo,
} from "@tensorflow/tfjs-core";
import type { KernelName, Kernels } from "../contract.js";
import { registerGradients } from "../gradients.js";
import * as averages from "./average-pool.js";
import { type NodeBackend, privateApiOf, type Raw } from "./binding.js";
import * as channels from "./channels.js";
import { workingMaxPool } from "./check.js";
import * as conv3x3 from "./conv3x3.js";
import * as depthwise from "./depthwise.js";
import { EngineMissing, type Found, findTensorflow } from "./find.js";
import type { MaxPool } from "./max-pool.js";
import * as norm from "./norm.js";
import * as pointwise from "./pointwise.js";
import { TensorFlow } from "./tensorflow.js";

type Result = Raw | TensorInfo | readonly (Raw | TensorInfo)[];

type OnTensorflow = {
  readonly [K in KernelName]: (tf: TensorFlow, inputs: Kernels[K]["inputs"], attrs: Kernels[K]["attrs"]) => Result;
};

const kernelsWith = (maxPool: MaxPool): OnTensorflow => ({
  BnasDepthwise: depthwise.depthwise,
  BnasDepthwiseGradX: depthwise.depthwiseGradX,
  BnasDepthwiseGradW: depthwise.depthwiseGradW,
  BnasPointwise: pointwise.pointwise,
  BnasPointwiseGradX: pointwise.pointwiseGradX,
  BnasPointwiseGradW: pointwise.pointwiseGradW,
  BnasConv3x3: conv3x3.conv3x3,
  BnasConv3x3GradX: conv3x3.conv3x3GradX,
  BnasConv3x3GradW: conv3x3.conv3x3GradW,
  BnasBatchNorm: norm.batchNorm,
  BnasBatchNormGrad: norm.batchNormGrad,
  BnasMaxPool: (tf, { x }, attrs) => maxPool.forward(tf, tf.of(x), attrs),
  BnasMaxPoolGrad: (tf, { winner, dy }, attrs) => maxPool.backward(tf, tf.opaque(winner), tf.of(dy), attrs),
  BnasAvgPool: averages.avgPool,
  BnasAvgPoolGrad: averages.avgPoolGrad,
  BnasWeightedSum: channels.weightedSum,
  BnasWeightedSumGradX: channels.weightedSumGradX,
  BnasWeightedSumGradWeights: channels.weightedSumGradWeights,
  BnasConcat: channels.concatChannels,
  BnasSlice: channels.sliceChannels,
  BnasSliceGrad: channels.sliceChannelsGrad,
  BnasShuffle: channels.shuffleChannels,
  BnasGlobalAveragePool: averages.globalAveragePool,
  BnasGlobalAveragePoolGrad: averages.globalAveragePoolGrad,
});

const BACKEND = "tensorflow";

/** All that may change a bit of a result, as text. */
export type TensorflowVersions = {
  readonly tensorflow: string;
  readonly "tfjs-node": string;
  /** What the libraries are built for, and what they found. */
  readonly build: "cpu" | "gpu";
  readonly device: "cpu" | "gpu";
  /** Threads inside an operation, the widest vectors, whether oneDNN: they change the order of sums. */
  readonly threads: string;
  readonly instructions: string;
  readonly onednn: string;
  readonly "max-pool": string;
};

type Opened = { readonly backend: KernelBackend; readonly environment: Readonly<Record<string, string | undefined>> };

let opened: Opened | undefined;

const open = (found: Found): Opened => {
  const require = createRequire(import.meta.url);
  if (found.kind === "package") {
    process.env.TF_NUM_INTRAOP_THREADS ??= "1"; // Reaches TensorFlow from the main thread only.
    require(found.path); // Registers its backend, and makes it the one in use.
    return { backend: backend(), environment: process.env };
  }
  const create = require(found.path) as (core: unknown) => Opened; // deploy/engine-node/loader.cjs
  const made = create(require("@tensorflow/tfjs-core"));
  registerBackend(BACKEND, () => made.backend);
  return made;
};

const load = async (found: Found): Promise<TensorflowVersions> => {
  opened ??= open(found);
  const { environment } = opened;
  const api: NodeBackend = privateApiOf(opened.backend);
  if (!(await setBackend(BACKEND)))
    throw new Error("the backend on TensorFlow did not start; its reason is in the log");
  const tf = new TensorFlow(api);
  const maxPool = workingMaxPool(tf, ({ id }) => api.binding.tensorDataSync(id));
  for (const [kernelName, kernel] of Object.entries(kernelsWith(maxPool))) {
    // The engine hands over the tensors that `run` was called with; OnTensorflow has their real types.
    const onTensorflow = kernel as unknown as (tf: TensorFlow, inputs: unknown, attrs: unknown) => Result;
    const kernelFunc: KernelFunc = ({ inputs, attrs }) => tf.kernel(() => onTensorflow(tf, inputs, attrs));
    registerKernel({ kernelName, backendName: BACKEND, kernelFunc });
  }
  registerGradients();
  return {
    tensorflow: api.binding.TF_Version,
    "tfjs-node": found.tfjs,
    build: found.device,
    device: tf.onGpu ? "gpu" : "cpu",
    threads: environment.TF_NUM_INTRAOP_THREADS ?? "all",
    instructions: environment.instructionSet ?? "unknown",
    onednn: environment.TF_ENABLE_ONEDNN_OPTS ?? "default",
    "max-pool": maxPool.name,
  };
};

let loading: Promise<TensorflowVersions> | undefined;

/**
 * Starts TensorFlow's own library as the backend `tensorflow`, makes it the one in use and registers every operation on it,
 * with gradients. A second call changes nothing: a process loads one build of the library.
 * @returns what belongs in the engine's digest
 * @throws EngineMissing when it is not built; Error when it does not load
 */
export const loadTensorflowKernels = async (name: "node" | "gpu"): Promise<TensorflowVersions> => {
  const found = await findTensorflow(name);
  loading ??= load(found).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  const versions = await loading;
  if (name === "gpu" && versions.build === "cpu") {
    throw new EngineMissing(
      "this process runs the engine node already",
      "Open the engine gpu in a process of its own.",
    );
  }
  return versions;
};
