import "@tensorflow/tfjs-backend-cpu";
import { env, grads, setBackend, type Tensor, type Tensor4D, tensor, tensor4d, tidy } from "@tensorflow/tfjs-core";
import { registerPortableKernels } from "../../../packages/kernels/src/portable.js";
import { curveOf } from "./curve.js";
import type { Curve, Grid } from "./plot.js";

// What a kernel does, found out by running it, forward and backward, on the portable engine.

/** An operation of one tensor, all else fixed. */
export type Probed = (x: Tensor) => Tensor;

/** Starts the portable engine: plain JavaScript, so that a picture is the same on every machine. */
export const startEngine = async (): Promise<void> => {
  env().set("PROD", true); // Else the backend logs that another one is faster.
  registerPortableKernels("cpu");
  await setBackend("cpu");
};

type Values = { readonly shape: readonly number[]; readonly data: readonly number[] };

/** What f gives. */
const forward = (f: Probed, { shape, data }: Values): readonly number[] =>
  tidy(() => [...f(tensor([...data], [...shape], "float32")).dataSync()]);

/** The gradient of one element of what f gives, or of their sum. */
const backward = (f: Probed, { shape, data }: Values, element?: number): readonly number[] =>
  tidy(() => {
    const x = tensor([...data], [...shape], "float32");
    const y = f(x);
    const dy = Float32Array.from({ length: y.size }, (_, index) => Number(element === undefined || index === element));
    const [dx] = grads(f)([x], tensor(dy, y.shape));
    return dx === undefined ? [] : [...dx.dataSync()];
  });

/**
 * Two curves: the first element of what f gives, and its gradient, as the first element of its input moves.
 * @param others the elements of the input after the first, which stay
 */
export const responseOf = (
  f: Probed,
  names: { readonly y: string; readonly dy: string },
  others: readonly number[] = [],
  shape: readonly number[] = [1, 1, 1 + others.length, 1],
): Curve[] => [
  curveOf(names.y, (x) => forward(f, { shape, data: [x, ...others] })[0] ?? Number.NaN),
  curveOf(names.dy, (x) => backward(f, { shape, data: [x, ...others] }, 0)[0] ?? Number.NaN),
];

/** Which pixels an output reads, and how much: the gradient of one output, or of their sum, at every pixel of a square image. */
export const pixelsOf = (title: string, f: Probed, side: number, output?: number): Grid => {
  const gradient = backward(f, { shape: [1, side, side, 1], data: Array(side * side).fill(1) }, output);
  return { title, rows: Array.from({ length: side }, (_, row) => gradient.slice(row * side, (row + 1) * side)) };
};

/** Which channels an output reads: the gradient of every output channel at every input channel of one pixel. */
export const channelsOf = (title: string, f: Probed, channels: number): Grid => {
  const x = { shape: [1, 1, 1, channels], data: Array(channels).fill(1) };
  const outputs = forward(f, x).length;
  return {
    title,
    rows: Array.from({ length: outputs }, (_, output) => backward(f, x, output)),
    axes: { rows: "output channel", columns: "input channel" },
  };
};

/** A pixel of fixed channels, for operations of several images. */
export const pixel = (...channels: number[]): Tensor4D => tensor4d(channels, [1, 1, 1, channels.length]);
