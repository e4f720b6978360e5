import { KERNELS } from "./kernels-binary.js";

/** What assembly/index.ts exports: addresses and counts. */
type Kernel = (...numbers: number[]) => void;
export type RuntimeKernel =
  | "add"
  | "affine"
  | "convolve"
  | "depthwise"
  | "depthwiseBits"
  | "packSigns"
  | "pad"
  | "pool"
  | "relu"
  | "signSums"
  | "stride"
  | "strideBits"
  | "unpackSigns"
  | "xnorAffine"
  | "xnorThreshold";

/** An instance of the kernels with a memory of its own. */
export type RunningKernels = { readonly memory: WebAssembly.Memory } & Readonly<Record<RuntimeKernel, Kernel>>;

let compiled: Promise<WebAssembly.Module> | undefined;

/** The kernels, compiled once, with a memory that no other has. It rejects where WebAssembly has no 128-bit vectors. */
export const startKernels = async (): Promise<RunningKernels> => {
  compiled ??= WebAssembly.compile(Uint8Array.from(atob(KERNELS), (letter) => letter.charCodeAt(0)));
  const { exports } = await WebAssembly.instantiate(await compiled);
  return exports as RunningKernels; // assembly/index.ts exports these and its memory.
};
