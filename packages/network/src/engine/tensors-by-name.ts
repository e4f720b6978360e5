import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";

/** Tensors by the names of parameters and mixtures. */
export type TensorOf = (name: string) => Tensor;

const ranked = <T extends Tensor>(tensor: Tensor, rank: number): T => {
  if (tensor.rank !== rank) throw new RangeError(`a tensor of rank ${tensor.rank} where one of rank ${rank} belongs`);
  return tensor as T; // Just checked.
};

export const vector = (tensor: Tensor): Tensor1D => ranked(tensor, 1);
export const matrix = (tensor: Tensor): Tensor2D => ranked(tensor, 2);
export const filter = (tensor: Tensor): Tensor4D => ranked(tensor, 4);
