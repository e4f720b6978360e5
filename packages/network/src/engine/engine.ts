import { createHash } from "node:crypto";
import { hasCode, invalidInput, messageOf } from "@bnas/errors";
import {
  findTensorflow,
  loadTensorflowKernels,
  loadWasmKernels,
  registerPortableKernels,
  type TensorflowOptions,
} from "@bnas/kernels";
import { enableProdMode, memory, setBackend, engine as tfjs, version_core } from "@tensorflow/tfjs-core";
import { releaseEarly } from "./early-release.js";
import { registerFanOut } from "./fan-out.js";

const ENGINE_NAMES = ["wasm", "node", "gpu", "cpu"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** What an engine is chosen by: its name, or `auto`, the best that is here. */
export const ENGINE_CHOICES = [...ENGINE_NAMES, "auto"] as const;
export type EngineChoice = (typeof ENGINE_CHOICES)[number];

export type EngineOptions = TensorflowOptions & {
  /** Lets `gpu` become `node` where there is no card: BNAS_GPU_FALLBACK=cpu. */
  readonly fallback?: boolean;
};

/** What runs tensors. One process may open several, but uses one at a time. */
export type Engine = {
  readonly name: EngineName;
  /** SHA-256 of all that may change a bit of a result: engine, versions, kernels. */
  readonly digest: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Bytes held now. wasm: its heap, which never shrinks. */
  memory(): number;
  /** Most bytes that it can hold, or null where the machine is the limit. */
  readonly memoryLimit: number | null;
  /** Makes it the engine that runs the next tensors. */
  activate(): Promise<void>;
};

/** A WebAssembly memory has 65,536 pages of 64 KiB. */
const WASM_LIMIT = 65536 * 65536;

/**
 * Opens an engine by name, or `auto`, the best that is here: gpu where there is a card, node, wasm.
 * `cpu` is the slow reference that tests compare with.
 * @throws InvalidInput when it is not built, or does not start
 */
export const openEngine = async (name: EngineChoice, options: EngineOptions = {}): Promise<Engine> => {
  // Else the core checks every call, and a backend advertises another one on the console.
  enableProdMode();
  switch (name) {
    case "auto":
      return (await openIfBuilt("gpu", options)) ?? (await openIfBuilt("node", options)) ?? (await openWasm());
    case "gpu": {
      const engine = await openTensorflow("gpu", options);
      return engine.name === "gpu" || options.fallback === true ? engine : noCard();
    }
    case "node":
      return openTensorflow("node", options);
    case "wasm":
      return openWasm();
    case "cpu":
      return openCpu();
  }
};

const openWasm = async (): Promise<Engine> => {
  const { digest } = await loadWasmKernels();
  const { version_wasm } = await import("@tensorflow/tfjs-backend-wasm");
  await useBackend("wasm");
  prepare("wasm");
  return describe("wasm", "wasm", { kernels: digest, "tfjs-backend-wasm": version_wasm }, wasmHeap, WASM_LIMIT);
};

const openCpu = async (): Promise<Engine> => {
  const { version_cpu } = await import("@tensorflow/tfjs-backend-cpu");
  registerPortableKernels("cpu");
  await useBackend("cpu");
  prepare("cpu");
  return describe("cpu", "cpu", { "tfjs-backend-cpu": version_cpu }, () => memory().numBytes, null);
};

/** TensorFlow's own library. Its name is `gpu` only where it found a card. */
const openTensorflow = async (name: "node" | "gpu", options: TensorflowOptions): Promise<Engine> => {
  try {
    const versions = await loadTensorflowKernels(name, options);
    await useBackend("tensorflow");
    prepare("tensorflow");
    const runs = versions.device === "gpu" ? "gpu" : "node";
    return describe(runs, "tensorflow", versions, () => process.memoryUsage().rss, null);
  } catch (error) {
    if (hasCode(error, "ENGINE_MISSING")) {
      throw invalidInput("engine", name, `an engine that is built here (${error.message})`, error.hint);
    }
    throw invalidInput(
      "engine",
      name,
      `an engine whose library loads (${messageOf(error)})`,
      `Make it again by npm run engine:${name} -- --force, or use the engine wasm, which is always there.`,
    );
  }
};

/** Null where it is not built, or is built for a card and there is none. */
const openIfBuilt = async (name: "node" | "gpu", options: TensorflowOptions): Promise<Engine | null> => {
  try {
    await findTensorflow(name, options.folder);
  } catch (error) {
    if (hasCode(error, "ENGINE_MISSING")) return null;
    throw error;
  }
  return openTensorflow(name, options);
};

const noCard = (): never => {
  throw invalidInput(
    "engine",
    "gpu",
    "a machine with an NVIDIA card that TensorFlow finds; it found none",
    "Check nvidia-smi, that the container is given a GPU (nvidia.com/gpu), and that CUDA 12 and cuDNN 9 are in the image. " +
      "To run on the CPU where there is no card, set BNAS_GPU_FALLBACK=cpu, or use the engine node or wasm.",
  );
};

const describe = (
  name: EngineName,
  backend: string,
  parts: Readonly<Record<string, string>>,
  bytes: () => number,
  memoryLimit: number | null,
): Engine => {
  const versions = { node: process.versions.node, tfjs: version_core, ...parts };
  const digest = createHash("sha256")
    .update(JSON.stringify([name, process.arch, versions]))
    .digest("hex");
  return { name, digest, versions, memory: bytes, memoryLimit, activate: () => useBackend(backend) };
};

/** What the network adds to the kernels of every backend. */
const prepare = (backend: string): void => {
  registerFanOut(backend);
  releaseEarly(backend);
};

const useBackend = async (backend: string): Promise<void> => {
  if (await setBackend(backend)) return;
  throw invalidInput(
    "engine",
    backend,
    "an engine that starts here",
    "Try the engine wasm, or cpu to look for the fault.",
  );
};

/** The backend's heap: private to it, so looked for instead of relied on. */
const wasmHeap = (): number => {
  const backend: unknown = tfjs().findBackend("wasm");
  const wasm = field(backend, "wasm");
  const heap = field(wasm, "HEAPU8");
  return heap instanceof Uint8Array ? heap.byteLength : memory().numBytes;
};

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
