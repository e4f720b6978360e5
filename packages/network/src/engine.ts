import { createHash } from "node:crypto";
import { loadWasmKernels, registerPortableKernels } from "@bnas/kernels";
import { InvalidInput } from "@bnas/search";
import { enableProdMode, memory, setBackend, engine as tfjs, version_core } from "@tensorflow/tfjs-core";
import { releaseEarly } from "./early-release.js";
import { registerFanOut } from "./fan-out.js";

export const ENGINE_NAMES = ["gpu", "node", "wasm", "cpu"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

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
 * Opens an engine by name, or `auto`, the best that is installed: gpu, node, wasm.
 * `cpu` is the slow reference that tests compare with.
 * @throws InvalidInput when it is not installed, or does not start
 */
export const openEngine = async (name: EngineName | "auto"): Promise<Engine> => {
  // Else the core checks every call, and a backend advertises another one on the console.
  enableProdMode();
  switch (name) {
    case "auto":
      return (await installed("gpu")) ?? (await installed("node")) ?? (await openWasm());
    case "gpu":
    case "node":
      return (await installed(name)) ?? notInstalled(name);
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

const PACKAGES = { node: "@tensorflow/tfjs-node", gpu: "@tensorflow/tfjs-node-gpu" } as const;

/** TensorFlow's own library behind the name, or null where the package is not installed. */
const installed = async (name: "node" | "gpu"): Promise<Engine | null> => {
  let loaded: { readonly version?: Readonly<Record<string, string>> };
  try {
    // The package is optional, so there are no types to import: only its version is read, and its absence is expected.
    loaded = await import(PACKAGES[name] as string);
  } catch (error) {
    if (isMissing(error, PACKAGES[name])) return null;
    throw new InvalidInput(
      "engine",
      name,
      "an engine whose native library loads",
      `${PACKAGES[name]} is installed but does not load (${messageOf(error)}). Reinstall it with its install scripts, or use the engine wasm.`,
    );
  }
  registerPortableKernels("tensorflow");
  await useBackend("tensorflow");
  prepare("tensorflow");
  const version = loaded.version?.[name === "gpu" ? "tfjs-node-gpu" : "tfjs-node"] ?? loaded.version?.["tfjs-node"];
  // The number of threads changes the order of sums, and so the last bits.
  const threads = `${process.env.TF_NUM_INTRAOP_THREADS ?? "all"}/${process.env.OMP_NUM_THREADS ?? "all"}`;
  const versions = { [PACKAGES[name].slice(12)]: version ?? "unknown", threads };
  return describe(name, "tensorflow", versions, () => process.memoryUsage().rss, null);
};

const notInstalled = (name: "node" | "gpu"): never => {
  throw new InvalidInput(
    "engine",
    name,
    `an engine that is installed; ${PACKAGES[name]} is not`,
    `Install it by: npm install ${PACKAGES[name]}@4.22.0, or use the engine wasm, which is always there.`,
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
  throw new InvalidInput(
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

const isMissing = (error: unknown, name: string): boolean =>
  (field(error, "code") === "ERR_MODULE_NOT_FOUND" || field(error, "code") === "MODULE_NOT_FOUND") &&
  messageOf(error).includes(name);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
