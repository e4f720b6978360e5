import { addToDoubles, loadLanes, storeLanes } from "./lanes";
import { take, takeZeros } from "./scratch";

// Batch norm by the statistics of the batch. Sums run over blocks of 256 pixels in 32 bits and over blocks in doubles:
// a plain 32-bit sum of 2^24 values is wrong by 15 %.

const BLOCK: i32 = 256;

/** Doubles of channel c in a table of 32 bytes a group of 4 channels. */
@inline
function at(table: usize, c: i32): usize {
  return table + (<usize>c << 3);
}

/** sums += x - k and squares += (x - k)^2 over a block of 4 channels. */
@inline
function addDeviations(x: usize, pixel: usize, count: i32, k: v128, lanes: i32, sums: usize, squares: usize): void {
  let s0 = f32x4.splat(0), s1 = s0, q0 = s0, q1 = s0, m = 0, p = x;
  for (; m + 2 <= count; m += 2) {
    const a = f32x4.sub(loadLanes(p, lanes), k), b = f32x4.sub(loadLanes(p + pixel, lanes), k);
    s0 = f32x4.add(s0, a);
    s1 = f32x4.add(s1, b);
    q0 = f32x4.add(q0, f32x4.mul(a, a));
    q1 = f32x4.add(q1, f32x4.mul(b, b));
    p += 2 * pixel;
  }
  if (m < count) {
    const a = f32x4.sub(loadLanes(p, lanes), k);
    s0 = f32x4.add(s0, a);
    q0 = f32x4.add(q0, f32x4.mul(a, a));
  }
  addToDoubles(sums, f32x4.add(s0, s1));
  addToDoubles(squares, f32x4.add(q0, q1));
}

/** y = (x - mean) * inverse over a block of 4 channels. */
@inline
function normalize(x: usize, y: usize, pixel: usize, count: i32, mean: v128, inverse: v128, lanes: i32): void {
  let o: usize = 0;
  for (let m = 0; m < count; m++) {
    storeLanes(y + o, f32x4.mul(f32x4.sub(loadLanes(x + o, lanes), mean), inverse), lanes);
    o += pixel;
  }
}

/** sums += dy and products += dy * y over a block of 4 channels. */
@inline
function addProducts(y: usize, dy: usize, pixel: usize, count: i32, lanes: i32, sums: usize, products: usize): void {
  let s0 = f32x4.splat(0), s1 = s0, q0 = s0, q1 = s0, m = 0, p = y, g = dy;
  for (; m + 2 <= count; m += 2) {
    const a = loadLanes(g, lanes), b = loadLanes(g + pixel, lanes);
    s0 = f32x4.add(s0, a);
    s1 = f32x4.add(s1, b);
    q0 = f32x4.add(q0, f32x4.mul(a, loadLanes(p, lanes)));
    q1 = f32x4.add(q1, f32x4.mul(b, loadLanes(p + pixel, lanes)));
    p += 2 * pixel;
    g += 2 * pixel;
  }
  if (m < count) {
    const a = loadLanes(g, lanes);
    s0 = f32x4.add(s0, a);
    q0 = f32x4.add(q0, f32x4.mul(a, loadLanes(p, lanes)));
  }
  addToDoubles(sums, f32x4.add(s0, s1));
  addToDoubles(products, f32x4.add(q0, q1));
}

/** dx = (dy - level - y * slope) * inverse over a block of 4 channels. */
@inline
function project(
  y: usize, dy: usize, dx: usize, pixel: usize, count: i32, level: v128, slope: v128, inverse: v128, lanes: i32,
): void {
  let o: usize = 0;
  for (let m = 0; m < count; m++) {
    const rest = f32x4.sub(f32x4.sub(loadLanes(dy + o, lanes), level), f32x4.mul(loadLanes(y + o, lanes), slope));
    storeLanes(dx + o, f32x4.mul(rest, inverse), lanes);
    o += pixel;
  }
}

/** x [pixels,channels] -> y, mean, variance (biased). Deviations are taken from the mean of the first block, so that a
 * mean far from zero costs no digits. */
export function batchNorm(x: usize, y: usize, mean: usize, variance: usize, pixels: i32, channels: i32, epsilon: f64): void {
  const groups = (channels + 3) >> 2, pixel = <usize>channels << 2;
  const sums = takeZeros(<usize>groups << 5), squares = takeZeros(<usize>groups << 5);
  const shift = takeZeros(<usize>groups << 4), inverse = take(<usize>groups << 4);
  const head = min(BLOCK, pixels);
  for (let c = 0; c < channels; c += 4) {
    let sum = f32x4.splat(0), p = x + (<usize>c << 2);
    for (let m = 0; m < head; m++) {
      sum = f32x4.add(sum, loadLanes(p, channels - c));
      p += pixel;
    }
    v128.store(shift + (<usize>c << 2), f32x4.div(sum, f32x4.splat(<f32>head)));
  }
  for (let from = 0; from < pixels; from += BLOCK) {
    const count = min(BLOCK, pixels - from);
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c, p = x + <usize>from * pixel + (<usize>c << 2), k = v128.load(shift + (<usize>c << 2));
      if (lanes >= 4) addDeviations(p, pixel, count, k, 4, at(sums, c), at(squares, c));
      else addDeviations(p, pixel, count, k, lanes, at(sums, c), at(squares, c));
    }
  }
  for (let c = 0; c < channels; c++) {
    const offset = <usize>c << 2, drift = load<f64>(at(sums, c)) / <f64>pixels;
    const spread = max(load<f64>(at(squares, c)) / <f64>pixels - drift * drift, 0);
    const average = <f64>load<f32>(shift + offset) + drift;
    store<f32>(mean + offset, <f32>average);
    store<f32>(variance + offset, <f32>spread);
    store<f32>(shift + offset, <f32>average);
    store<f32>(inverse + offset, <f32>(1 / sqrt(spread + epsilon)));
  }
  for (let from = 0; from < pixels; from += BLOCK) {
    const count = min(BLOCK, pixels - from);
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c, o = <usize>c << 2, start = <usize>from * pixel + o;
      const k = v128.load(shift + o), s = v128.load(inverse + o);
      if (lanes >= 4) normalize(x + start, y + start, pixel, count, k, s, 4);
      else normalize(x + start, y + start, pixel, count, k, s, lanes);
    }
  }
}

/** dx = (dy - mean(dy) - y * mean(dy * y)) / deviation. */
export function batchNormGrad(y: usize, variance: usize, dy: usize, dx: usize, pixels: i32, channels: i32, epsilon: f64): void {
  const groups = (channels + 3) >> 2, pixel = <usize>channels << 2;
  const sums = takeZeros(<usize>groups << 5), products = takeZeros(<usize>groups << 5);
  const level = take(<usize>groups << 4), slope = take(<usize>groups << 4), inverse = take(<usize>groups << 4);
  for (let from = 0; from < pixels; from += BLOCK) {
    const count = min(BLOCK, pixels - from);
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c, start = <usize>from * pixel + (<usize>c << 2);
      if (lanes >= 4) addProducts(y + start, dy + start, pixel, count, 4, at(sums, c), at(products, c));
      else addProducts(y + start, dy + start, pixel, count, lanes, at(sums, c), at(products, c));
    }
  }
  for (let c = 0; c < channels; c++) {
    const offset = <usize>c << 2;
    store<f32>(level + offset, <f32>(load<f64>(at(sums, c)) / <f64>pixels));
    store<f32>(slope + offset, <f32>(load<f64>(at(products, c)) / <f64>pixels));
    store<f32>(inverse + offset, <f32>(1 / sqrt(<f64>load<f32>(variance + offset) + epsilon)));
  }
  for (let from = 0; from < pixels; from += BLOCK) {
    const count = min(BLOCK, pixels - from);
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c, o = <usize>c << 2, start = <usize>from * pixel + o;
      const l = v128.load(level + o), s = v128.load(slope + o), v = v128.load(inverse + o);
      if (lanes >= 4) project(y + start, dy + start, dx + start, pixel, count, l, s, v, 4);
      else project(y + start, dy + start, dx + start, pixel, count, l, s, v, lanes);
    }
  }
}
