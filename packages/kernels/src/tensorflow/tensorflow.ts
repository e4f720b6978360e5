import { engine, keep, type TensorInfo } from "@tensorflow/tfjs-core";
import { OpAttributes } from "./attributes.js";
import { isTensorInfo, type NodeBackend, nameOfType, type Raw } from "./binding.js";
import { type Factors, Product } from "./product.js";

/**
 * Calls operations of TensorFlow by name on bare handles, which costs a third of what tfjs-node's own wrapping does.
 * What a kernel makes on its way is let go of when it ends; what it remembers of a tensor, with that tensor.
 */
export class TensorFlow {
  readonly attributes: OpAttributes;
  readonly onGpu: boolean;
  readonly #backend: NodeBackend;
  readonly #constants = new Map<string, Raw>();
  readonly #remembered = new WeakMap<object, Map<string, Raw>>();
  /** Handed over by the kernel before. */
  #next: { readonly of: readonly object[]; readonly raw: Raw } | null = null;
  /** Made since the kernel began. */
  #made: number[] = [];

  constructor(backend: NodeBackend) {
    this.#backend = backend;
    this.attributes = new OpAttributes(backend.binding);
    this.onGpu = backend.isUsingGpuDevice;
    this.#forgetWithTheTensor();
  }

  /** An operation with one result. */
  op(name: string, attributes: Parameters<TensorFlow["ops"]>[1], ...inputs: readonly Raw[]): Raw {
    const [result] = this.ops(name, attributes, inputs, 1);
    if (result === undefined) throw new Error(`${name} gave nothing`);
    return result;
  }

  /** An operation with several results. */
  ops(name: string, attributes: ReturnType<OpAttributes["of"]>, inputs: readonly Raw[], outputs: number): Raw[] {
    const results = this.#backend.binding.executeOp(
      name,
      attributes,
      inputs.map(({ id }) => id),
      outputs,
    );
    for (const { id } of results) this.#made.push(id);
    return results;
  }

  /** The handle of a tensor, which is put on the device if it is not there yet. */
  of(tensor: TensorInfo): Raw {
    if (tensor.dtype !== "float32") throw new Error(`kernels take 32-bit floats, not ${tensor.dtype}; cast first`);
    return this.opaque(tensor);
  }

  /** As {@link of}, whatever the type: for what only TensorFlow reads. */
  opaque({ dataId, shape }: TensorInfo): Raw {
    const entry = this.#backend.tensorMap.get(dataId);
    if (entry.values === null) return { id: entry.id, shape, dtype: entry.dtype };
    // A copy: TensorFlow reads the array that it is given, and the caller may change its own afterwards.
    const id = this.#backend.binding.createTensor(entry.shape, entry.dtype, new Float32Array(entry.values));
    Object.assign(entry, { id, values: null });
    return { id, shape, dtype: entry.dtype };
  }

  /** The numbers of a small tensor: of a weight, which was made from numbers a moment ago. */
  values({ dataId }: TensorInfo): ArrayLike<number> {
    const { values, id } = this.#backend.tensorMap.get(dataId);
    return values ?? this.#backend.binding.tensorDataSync(id);
  }

  /** A tensor of these numbers, for as long as the kernel runs. */
  upload(values: Float32Array | Int32Array, shape: readonly number[]): Raw {
    const { binding } = this.#backend;
    const dtype = values instanceof Float32Array ? binding.TF_FLOAT : binding.TF_INT32;
    const id = binding.createTensor(shape, dtype, values);
    this.#made.push(id);
    return { id, shape, dtype };
  }

  /** Something small that depends on sizes only, made once. */
  table(key: string, make: () => Raw): Raw {
    return this.#remember(this.#constants, key, make);
  }

  scalar(value: number): Raw {
    return this.table(`scalar ${value}`, () => this.upload(Float32Array.of(value), []));
  }

  int(value: number): Raw {
    return this.table(`int ${value}`, () => this.upload(Int32Array.of(value), []));
  }

  ints(...values: readonly number[]): Raw {
    return this.table(`ints ${values.join()}`, () => this.upload(Int32Array.from(values), [values.length]));
  }

  /** `count` times the same number. */
  fill(count: number, value: number): Raw {
    return this.table(`fill ${count} ${value}`, () => this.upload(new Float32Array(count).fill(value), [count]));
  }

  /** What was made of a tensor once, for as long as the tensor lives. */
  remembered(tensor: TensorInfo, key: string, make: () => Raw): Raw {
    let known = this.#remembered.get(tensor.dataId);
    if (known === undefined) {
      known = new Map();
      this.#remembered.set(tensor.dataId, known);
    }
    return this.#remember(known, key, make);
  }

  /**
   * Made of a tensor that several operations read: kept in that case, else only while the kernel runs. References to its data show
   * the readers: one reference is the tensor's own, and one is the tape's for the operation that made it.
   */
  shared(tensor: TensorInfo, key: string, make: () => Raw): Raw {
    const found = this.#remembered.get(tensor.dataId)?.get(key);
    if (found !== undefined) return found;
    const { refCount } = this.#backend.tensorMap.get(tensor.dataId);
    return refCount > 2 ? this.remembered(tensor, key, make) : make();
  }

  #remember(known: Map<string, Raw>, key: string, make: () => Raw): Raw {
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = make();
    this.#made = this.#made.filter((id) => id !== made.id);
    known.set(key, made);
    return made;
  }

  /** The same numbers under a new reference. */
  share({ dataId, shape, dtype }: TensorInfo): TensorInfo {
    this.#backend.incRef(dataId);
    return { dataId, shape, dtype };
  }

  /** Keeps a result for the kernel that runs next, if that asks for it by the same tensors. */
  handOver(of: readonly TensorInfo[], raw: Raw): void {
    this.#dropHandedOver();
    this.#made = this.#made.filter((id) => id !== raw.id);
    this.#next = { of: of.map(({ dataId }) => dataId), raw };
  }

  handedOver(by: readonly TensorInfo[]): Raw | undefined {
    const next = this.#next;
    if (next === null || !next.of.every((dataId, index) => dataId === by[index]?.dataId)) return undefined;
    this.#next = null;
    this.#made.push(next.raw.id);
    return next.raw;
  }

  #dropHandedOver(): void {
    if (this.#next !== null) this.#backend.binding.deleteTensor(this.#next.raw.id);
    this.#next = null;
  }

  /** A product that is computed when it is read. @param compute it from the factors that it is given */
  later(factors: Factors, compute: (factors: Factors) => Raw): TensorInfo {
    const { dtype } = this.#backend.tensorMap.get(factors.x.dataId);
    // Tensors of the engine's, which counts the references to their data: the caller may release the factors.
    const hold = (info: TensorInfo) => keep(engine().makeTensorFromTensorInfo(this.share(info)));
    const [x, weights] = [hold(factors.x), hold(factors.weights)];
    const held = { ...factors, x, weights };
    const now = (): number => {
      const outer = this.#made;
      this.#made = [];
      const { id } = compute(held);
      this.#made = outer;
      return id;
    };
    const release = (): void => {
      x.dispose();
      weights.dispose();
    };
    const dataId = {};
    this.#backend.tensorMap.set(dataId, new Product(held, dtype, now, release));
    return { dataId, shape: factors.x.shape, dtype: factors.x.dtype };
  }

  /** Of what a tensor is the product, if it is one that is not computed yet. */
  factors({ dataId }: TensorInfo): Factors | null {
    const entry = this.#backend.tensorMap.get(dataId);
    return entry instanceof Product ? entry.factors : null;
  }

  /** Lets go of something before the kernel ends. */
  drop(raw: Raw): void {
    this.#made = this.#made.filter((id) => id !== raw.id);
    this.#backend.binding.deleteTensor(raw.id);
  }

  /** Runs a kernel: its results become tensors of TensorFlow.js, and all else that it made is let go of. */
  kernel(body: () => Raw | TensorInfo | readonly (Raw | TensorInfo)[]): TensorInfo | TensorInfo[] {
    const outer = this.#made;
    this.#made = [];
    let kept: readonly (Raw | TensorInfo)[] = [];
    try {
      const result = body();
      kept = [result].flat();
      const infos = kept.map((one) => (isTensorInfo(one) ? one : this.#wrap(one)));
      const [first] = infos;
      return Array.isArray(result) || first === undefined ? infos : first;
    } finally {
      const results = new Set(kept.map((one) => ("id" in one ? one.id : -1)));
      for (const id of this.#made) if (!results.has(id)) this.#backend.binding.deleteTensor(id);
      this.#made = outer;
    }
  }

  #wrap({ id, shape, dtype }: Raw): TensorInfo {
    const dataId = {};
    this.#backend.tensorMap.set(dataId, { id, shape, dtype, values: null, refCount: 1 });
    return { dataId, shape: [...shape], dtype: nameOfType(dtype, this.#backend.binding) };
  }

  #forgetWithTheTensor(): void {
    const { binding, tensorMap } = this.#backend;
    const dispose = this.#backend.disposeData.bind(this.#backend);
    /** Of a product that was never read there is nothing on the side of TensorFlow. */
    const disposeProduct = (product: Product, dataId: object, force = false): boolean => {
      product.refCount--;
      if (!force && product.refCount > 0) return false;
      product.forget();
      return tensorMap.delete(dataId);
    };
    this.#backend.disposeData = (dataId, force) => {
      const entry = tensorMap.has(dataId) ? tensorMap.get(dataId) : null;
      const isPending = entry instanceof Product && entry.factors !== null;
      const gone = isPending ? disposeProduct(entry, dataId, force) : dispose(dataId, force);
      if (gone) {
        for (const { id } of this.#remembered.get(dataId)?.values() ?? []) binding.deleteTensor(id);
        this.#remembered.delete(dataId);
      }
      return gone;
    };
  }
}
