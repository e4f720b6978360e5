import { invalidInput } from "@bnas/errors";
import type { Tensors, TensorValue } from "@bnas/search";

/**
 * A tensor of the state by its name.
 * @throws InvalidInput when it is missing or has another shape: the state is not of this search
 */
export const tensorValue = (state: Tensors, name: string, shape: readonly number[]): TensorValue => {
  const value = state.get(name);
  const size = shape.reduce((product, side) => product * side, 1);
  if (value !== undefined && value.values.length === size && String(value.shape) === String(shape)) return value;
  throw invalidInput(
    ["state", name],
    value === undefined ? "missing" : value.shape,
    `a tensor of shape [${shape}]`,
    "Take a checkpoint that this search wrote, with its own spec.",
  );
};

/** A copy that may be changed in place. */
export const copyOf = ({ shape, values }: TensorValue): TensorValue => ({ shape, values: values.slice() });

/** A copy of the tensor, or zeros where the state has none yet: optimizers start from nothing. */
export const copyOrZeros = (state: Tensors, name: string, shape: readonly number[]): TensorValue =>
  state.has(name)
    ? copyOf(tensorValue(state, name, shape))
    : { shape, values: new Float32Array(shape.reduce((product, side) => product * side, 1)) };
