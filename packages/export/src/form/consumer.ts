/** Versions of what ran, by name: `onnxruntime`, `python`. */
export type Versions = Readonly<Record<string, string>>;

/** What a consumer is asked. */
export type Request = {
  /** The file or folder that it opens. */
  readonly model: string;
  /** Normalized, [count, height, width, channels]. */
  readonly images: Float32Array;
  readonly shape: readonly [count: number, height: number, width: number, channels: number];
  /** Names of the values wanted, with how many numbers each has for an image. */
  readonly values: readonly { readonly name: string; readonly size: number }[];
};

/** A program that opens what we export and shares no code with us. */
export type Consumer = {
  readonly name: string;
  /** Its versions, or a sentence that says why it is not here. */
  find(): Promise<Versions | string>;
  /** Values [count, ...] by name, channels last. It rejects when it refuses the model. */
  run(request: Request): Promise<ReadonlyMap<string, Float32Array>>;
};
