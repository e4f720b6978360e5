/** A tensor outside any engine: row-major 32-bit floats. */
export type TensorValue = { readonly shape: readonly number[]; readonly values: Float32Array };

/** Tensor name -> value: weights, strengths and optimizer state, all that the next step depends on. */
export type Tensors = ReadonlyMap<string, TensorValue>;
