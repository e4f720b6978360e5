import type { DataType, KernelBackend, TensorInfo } from "@tensorflow/tfjs-core";

// The heap of the wasm backend of TensorFlow.js, on which our module works as a guest. What is used of the backend is
// private to it, so it is looked for at start; addresses stay valid while the heap grows, views of it do not.

/** The exports of wasm/kernels.wasm (assembly/index.ts), by name. */
export type Module = Readonly<Record<string, (...args: readonly number[]) => void>>;

type Emscripten = {
  readonly asm: { readonly memory: WebAssembly.Memory };
  readonly _malloc: (bytes: number) => number;
  readonly _free: (address: number) => void;
};

type WasmBackend = KernelBackend & {
  readonly wasm: Emscripten;
  readonly dataIdMap: { get(dataId: object): { readonly memoryOffset: number | null } };
  makeOutput(shape: number[], dtype: DataType): TensorInfo;
  incRef(dataId: object): void;
};

/** @throws what to do if the backend is not the one that the kernels were written for */
export const wasmBackendOf = (backend: unknown): WasmBackend => {
  const candidate = backend as Partial<WasmBackend> | undefined;
  const missing = [
    [candidate?.wasm?.asm?.memory instanceof WebAssembly.Memory, "wasm.asm.memory"],
    [typeof candidate?.wasm?._malloc === "function", "wasm._malloc"],
    [typeof candidate?.wasm?._free === "function", "wasm._free"],
    [typeof candidate?.dataIdMap?.get === "function", "dataIdMap"],
    [typeof candidate?.makeOutput === "function", "makeOutput"],
    [typeof candidate?.incRef === "function", "incRef"],
  ].flatMap(([found, name]) => (found ? [] : [name]));
  if (missing.length > 0) {
    throw new Error(
      `the wasm backend of TensorFlow.js has no ${missing.join(", ")}: the kernels work on its heap and were written for ` +
        "@tensorflow/tfjs-backend-wasm 4.22.0; install exactly that version, or use registerPortableKernels",
    );
  }
  return candidate as WasmBackend; // Every member that the type names was just found.
};

export class Heap {
  readonly #backend: WasmBackend;
  readonly #module: Module;
  #scratch = { address: 0, bytes: 0 };

  constructor(backend: WasmBackend, module: Module) {
    this.#backend = backend;
    this.#module = module;
  }

  /** Where a tensor's values are. */
  address({ dataId, dtype }: TensorInfo): number {
    if (dtype !== "float32" && dtype !== "bool")
      throw new Error(`kernels take 32-bit floats, not ${dtype}; cast first`);
    const { memoryOffset } = this.#backend.dataIdMap.get(dataId);
    if (memoryOffset === null) throw new Error("a tensor without values has no place on the heap");
    return memoryOffset;
  }

  /** A new tensor, its values undefined. `bool` is one byte a value. */
  make(shape: readonly number[], dtype: DataType = "float32"): TensorInfo {
    return this.#backend.makeOutput([...shape], dtype);
  }

  /** The same values under a new reference. */
  share({ dataId, shape, dtype }: TensorInfo): TensorInfo {
    this.#backend.incRef(dataId);
    return { dataId, shape, dtype };
  }

  /** Calls a kernel after lending it `scratch` bytes. */
  call(name: string, scratch: number, ...args: readonly (number | boolean)[]): void {
    this.#lend(scratch);
    this.#export(name)(...args.map(Number));
  }

  /** As {@link call}, with the addresses of a list of tensors before the other arguments. */
  callWithList(name: string, list: readonly TensorInfo[], ...args: readonly (number | boolean)[]): void {
    const table = this.#lend(list.length * 4);
    new Uint32Array(this.#backend.wasm.asm.memory.buffer, table, list.length).set(list.map((t) => this.address(t)));
    this.#export(name)(table, ...args.map(Number));
  }

  /** One region that grows and is lent to every call in turn. @returns its address */
  #lend(bytes: number): number {
    const wanted = bytes + 256; // For alignment.
    if (this.#scratch.bytes < wanted) {
      const { _malloc, _free } = this.#backend.wasm;
      if (this.#scratch.bytes > 0) _free(this.#scratch.address);
      const room = Math.max(wanted, 1 << 20);
      this.#scratch = { address: _malloc(room) >>> 0, bytes: room };
    }
    this.#export("lend")(this.#scratch.address, wanted);
    return this.#scratch.address;
  }

  #export(name: string): (...args: readonly number[]) => void {
    const found = this.#module[name];
    if (found === undefined) throw new Error(`wasm/kernels.wasm exports no ${name}; run npm run kernels`);
    return found;
  }
}
