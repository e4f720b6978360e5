import type { DataType, KernelBackend, TensorInfo } from "@tensorflow/tfjs-core";

// What is used of tfjs-node: its binding to TensorFlow's C API, and the table of the backend's tensors. Both are private to
// it, so they are looked for at start.

/** A tensor of TensorFlow's own, by its handle. */
export type Raw = { readonly id: number; readonly shape: readonly number[]; readonly dtype: number };

export type Attribute = { readonly name: string; readonly type: number; readonly value: unknown };

export type Binding = {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_INT64: number;
  readonly TF_BOOL: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_Version: string;
  createTensor(shape: readonly number[], dtype: number, values: Float32Array | Int32Array): number;
  deleteTensor(id: number): void;
  tensorDataSync(id: number): ArrayLike<number>;
  executeOp(name: string, attributes: readonly Attribute[], inputs: readonly number[], outputs: number): Raw[];
};

/** A tensor of TensorFlow.js: on the side of TensorFlow by `id`, or not there yet and only here by `values`. */
export type Entry = {
  readonly shape: readonly number[];
  readonly dtype: number;
  readonly id: number;
  readonly values: ArrayLike<number> | null;
  refCount: number;
};

export type NodeBackend = KernelBackend & {
  readonly binding: Binding;
  readonly isUsingGpuDevice: boolean;
  readonly tensorMap: {
    has(dataId: object): boolean;
    get(dataId: object): Entry;
    set(dataId: object, entry: Entry): void;
    delete(dataId: object): boolean;
  };
  disposeData(dataId: object, force?: boolean): boolean;
  incRef(dataId: object): void;
};

/** @throws what to do if the backend is not the one that the kernels were written for */
export const nodeBackendOf = (backend: unknown): NodeBackend => {
  const candidate = backend as Partial<NodeBackend> | undefined;
  const missing = [
    [typeof candidate?.binding?.executeOp === "function", "binding.executeOp"],
    [typeof candidate?.binding?.createTensor === "function", "binding.createTensor"],
    [typeof candidate?.binding?.deleteTensor === "function", "binding.deleteTensor"],
    [typeof candidate?.binding?.tensorDataSync === "function", "binding.tensorDataSync"],
    [typeof candidate?.tensorMap?.get === "function", "tensorMap"],
    [typeof candidate?.isUsingGpuDevice === "boolean", "isUsingGpuDevice"],
    [typeof candidate?.disposeData === "function", "disposeData"],
    [typeof candidate?.incRef === "function", "incRef"],
  ].flatMap(([found, name]) => (found ? [] : [name]));
  if (missing.length > 0) {
    throw new Error(
      `the TensorFlow backend of TensorFlow.js has no ${missing.join(", ")}: the kernels call TensorFlow through it and ` +
        "were written for @tensorflow/tfjs-node 4.22.0; make exactly that by npm run engine:node, or use the engine wasm",
    );
  }
  return candidate as NodeBackend; // Every member that the kernels use was just found.
};

export const isTensorInfo = (value: Raw | TensorInfo): value is TensorInfo => "dataId" in value;

/** TensorFlow.js has no name for some types of TensorFlow; a tensor of such a type is passed on, never read. */
export const nameOfType = (dtype: number, binding: Binding): DataType =>
  dtype === binding.TF_FLOAT ? "float32" : dtype === binding.TF_BOOL ? "bool" : "int32";
