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

/** x [pixels,channels] -> y, mean, variance (biased). Deviations are taken from the mean of the first block, so that a
 * mean far from zero costs no digits. */
export function batchNorm(x: usize, y: usize, mean: usize, variance: usize, pixels: i32, channels: i32, epsilon: f64): void {
  const groups = (channels + 3) >> 2, pixel = <usize>channels << 2;
  const first = takeZeros(<usize>groups << 5), sums = takeZeros(<usize>groups << 5), squares = takeZeros(<usize>groups << 5);
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
      const lanes = channels - c, k = v128.load(shift + (<usize>c << 2));
      let p = x + <usize>from * pixel + (<usize>c << 2);
      let s0 = f32x4.splat(0), s1 = s0, q0 = s0, q1 = s0, m = 0;
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
      addToDoubles(at(sums, c), f32x4.add(s0, s1));
      addToDoubles(at(squares, c), f32x4.add(q0, q1));
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
  for (let m = 0; m < pixels; m++) {
    const p = <usize>m * pixel;
    for (let c = 0; c < channels; c += 4) {
      const o = <usize>c << 2, lanes = channels - c;
      const centred = f32x4.sub(loadLanes(x + p + o, lanes), v128.load(shift + o));
      storeLanes(y + p + o, f32x4.mul(centred, v128.load(inverse + o)), lanes);
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
      let p = y + start, g = dy + start;
      let s0 = f32x4.splat(0), s1 = s0, q0 = s0, q1 = s0, m = 0;
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
      addToDoubles(at(sums, c), f32x4.add(s0, s1));
      addToDoubles(at(products, c), f32x4.add(q0, q1));
    }
  }
  for (let c = 0; c < channels; c++) {
    const offset = <usize>c << 2;
    store<f32>(level + offset, <f32>(load<f64>(at(sums, c)) / <f64>pixels));
    store<f32>(slope + offset, <f32>(load<f64>(at(products, c)) / <f64>pixels));
    store<f32>(inverse + offset, <f32>(1 / sqrt(<f64>load<f32>(variance + offset) + epsilon)));
  }
  for (let m = 0; m < pixels; m++) {
    const p = <usize>m * pixel;
    for (let c = 0; c < channels; c += 4) {
      const o = <usize>c << 2, lanes = channels - c;
      const along = f32x4.mul(loadLanes(y + p + o, lanes), v128.load(slope + o));
      const rest = f32x4.sub(f32x4.sub(loadLanes(dy + p + o, lanes), v128.load(level + o)), along);
      storeLanes(dx + p + o, f32x4.mul(rest, v128.load(inverse + o)), lanes);
    }
  }
}
