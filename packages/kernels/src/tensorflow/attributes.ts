import type { Attribute, Binding } from "./binding.js";

type Padding = "SAME" | "VALID";

/** The attributes of operations, made once: a call reads them by reference. Images are [batch, height, width, channels]. */
export class OpAttributes {
  readonly #binding: Binding;
  readonly #known = new Map<string, readonly Attribute[]>();
  /** Of operations whose only attribute is the type of their numbers. */
  readonly float: readonly Attribute[];

  constructor(binding: Binding) {
    this.#binding = binding;
    this.float = [this.type("T", "float")];
  }

  of(key: string, make: () => readonly Attribute[]): readonly Attribute[] {
    const found = this.#known.get(key);
    if (found !== undefined) return found;
    const made = make();
    this.#known.set(key, made);
    return made;
  }

  type(name: string, value: "float" | "int" | "long" | "bool"): Attribute {
    const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32, TF_INT64, TF_BOOL } = this.#binding;
    return {
      name,
      type: TF_ATTR_TYPE,
      value: { float: TF_FLOAT, int: TF_INT32, long: TF_INT64, bool: TF_BOOL }[value],
    };
  }

  int(name: string, value: number | readonly number[]): Attribute {
    return { name, type: this.#binding.TF_ATTR_INT, value };
  }

  real(name: string, value: number): Attribute {
    return { name, type: this.#binding.TF_ATTR_FLOAT, value };
  }

  flag(name: string, value: boolean): Attribute {
    return { name, type: this.#binding.TF_ATTR_BOOL, value };
  }

  text(name: string, value: string): Attribute {
    return { name, type: this.#binding.TF_ATTR_STRING, value };
  }

  /** Floats, and an index or shape of integers beside them, under the operation's name for its type. */
  indexed(name: string): readonly Attribute[] {
    return this.of(`indexed ${name}`, () => [...this.float, this.type(name, "int")]);
  }

  counted(name: string, count: number): readonly Attribute[] {
    return this.of(`counted ${name} ${count}`, () => [...this.float, this.int(name, count)]);
  }

  reduction(keepDimensions: boolean): readonly Attribute[] {
    return this.of(`reduction ${keepDimensions}`, () => [
      ...this.indexed("Tidx"),
      this.flag("keep_dims", keepDimensions),
    ]);
  }

  cast(from: "bool" | "float", to: "float"): readonly Attribute[] {
    return this.of(`cast ${from} ${to}`, () => [
      this.type("SrcT", from),
      this.type("DstT", to),
      this.flag("Truncate", false),
    ]);
  }

  depthwise(stride: number, dilation: number, padding: Padding): readonly Attribute[] {
    return this.of(`depthwise ${stride} ${dilation} ${padding}`, () => [
      ...this.#window(stride, padding),
      this.int("dilations", [1, dilation, dilation, 1]),
    ]);
  }

  convolution(stride: number, padding: Padding): readonly Attribute[] {
    return this.of(`convolution ${stride} ${padding}`, () => [
      ...this.depthwise(stride, 1, padding),
      this.flag("use_cudnn_on_gpu", true),
    ]);
  }

  pool(size: number, stride: number, padding: Padding): readonly Attribute[] {
    return this.of(`pool ${size} ${stride} ${padding}`, () => [
      ...this.#window(stride, padding),
      this.int("ksize", [1, size, size, 1]),
    ]);
  }

  #window(stride: number, padding: Padding): Attribute[] {
    return [
      ...this.float,
      this.int("strides", [1, stride, stride, 1]),
      this.text("padding", padding),
      this.text("data_format", "NHWC"),
    ];
  }
}
