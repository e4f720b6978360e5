import { createRequire } from "node:module";
import { fault } from "@bnas/errors";
import { backend, type KernelBackend, registerBackend, setBackend } from "@tensorflow/tfjs-core";
import { registerGradients } from "../gradients.js";
import { type NodeBackend, nodeBackendOf } from "./binding.js";
import { workingMaxPool } from "./check.js";
import { composedWith } from "./composed.js";
import { type Found, findTensorflow } from "./find.js";
import { OWN } from "./own.js";
import { BACKEND, registerOn } from "./register.js";
import { TensorFlow } from "./tensorflow.js";

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
  /** SHA-256 of our own operations, or that the kernels are composed of TensorFlow's. */
  readonly kernels: string;
};

type Opened = {
  readonly backend: KernelBackend;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** SHA-256 of our own operations, or null where the machine or the library has none. */
  readonly kernels: string | null;
};

let opened: Opened | undefined;

/** Where the engine is, and what its library reads of the process. */
export type TensorflowOptions = {
  /** Where the engine was made, instead of the usual place. */
  readonly folder?: string | undefined;
  /** Variables of the process, which TensorFlow.js's own package reads: TF_NUM_INTRAOP_THREADS. An engine that we made tells its own. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
};

const open = (found: Found, environment: Opened["environment"]): Opened => {
  const require = createRequire(import.meta.url);
  if (found.kind === "package") {
    require(found.path); // Registers its backend, and makes it the one in use.
    return { backend: backend(), environment, kernels: null };
  }
  const create = require(found.path) as (core: unknown) => Opened; // deploy/engine-node/loader.cjs
  const made = create(require("@tensorflow/tfjs-core"));
  registerBackend(BACKEND, () => made.backend);
  return made;
};

const load = async (found: Found, given: Opened["environment"]): Promise<TensorflowVersions> => {
  opened ??= open(found, given);
  const { environment, kernels = null } = opened; // A folder made before has none.
  const api: NodeBackend = nodeBackendOf(opened.backend);
  if (!(await setBackend(BACKEND)))
    throw new Error("the backend on TensorFlow did not start; its reason is in the log");
  const tf = new TensorFlow(api);
  const maxPool = workingMaxPool(tf, ({ id }) => api.binding.tensorDataSync(id));
  const own = kernels === null || tf.onGpu ? null : kernels;
  const composed = composedWith(maxPool);
  registerOn(tf, own === null ? composed : { ...composed, ...OWN });
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
    kernels: own ?? "composed",
  };
};

let loading: Promise<TensorflowVersions> | undefined;

/**
 * Starts TensorFlow's own library as the backend `tensorflow`, makes it the one in use and registers every operation on it,
 * with gradients. A second call changes nothing: a process loads one build of the library.
 * @returns what belongs in the engine's digest
 * @throws ENGINE_MISSING when it is not built; Error when it does not load
 */
export const loadTensorflowKernels = async (
  name: "node" | "gpu",
  { folder, environment = {} }: TensorflowOptions = {},
): Promise<TensorflowVersions> => {
  const found = await findTensorflow(name, folder);
  loading ??= load(found, environment).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  const versions = await loading;
  if (name === "gpu" && versions.build === "cpu") {
    throw fault(
      "ENGINE_MISSING",
      "this process runs the engine node already",
      "Open the engine gpu in a process of its own.",
    );
  }
  return versions;
};
