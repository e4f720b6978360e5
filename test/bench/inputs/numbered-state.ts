import type { Tensors, TensorValue } from "@bnas/search";
import { smallNetwork } from "./small-network.js";

const { state } = smallNetwork();

/** Weights and strengths of the supernet of the preset `quick`, other values for every number. */
export const stateNumber = (number: number): Tensors =>
  new Map(
    [...state].map(([name, { shape, values }]): [string, TensorValue] => [
      name,
      { shape, values: values.map((value) => value + number) },
    ]),
  );

/** The values of all tensors, one after the other. */
export const bytesOf = (tensors: Tensors): Buffer =>
  Buffer.concat([...tensors.values()].map(({ values }) => Buffer.from(values.buffer)));
