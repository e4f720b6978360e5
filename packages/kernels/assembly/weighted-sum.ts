import { loadLanes, storeLanes } from "./lanes";

// Sums of many tensors, in blocks that stay in the first-level cache.

const BLOCK: i32 = 2048;

/** y = sum of weights[i] * xs[i]; `xs` points to `n` addresses. */
export function weightedSum(xs: usize, weights: usize, n: i32, y: usize, length: i32): void {
  for (let from = 0; from < length; from += BLOCK) {
    const count = min(BLOCK, length - from),
      to = y + ((<usize>from) << 2);
    for (let i = 0; i < n; i += 2) {
      const x0 = load<usize>(xs + ((<usize>i) << 2)) + ((<usize>from) << 2),
        w0 = v128.load32_splat(weights + ((<usize>i) << 2));
      const pair = i + 1 < n;
      const x1 = pair ? load<usize>(xs + ((<usize>(i + 1)) << 2)) + ((<usize>from) << 2) : x0;
      const w1 = pair ? v128.load32_splat(weights + ((<usize>(i + 1)) << 2)) : f32x4.splat(0);
      for (let m = 0; m < count; m += 4) {
        const o = (<usize>m) << 2,
          lanes = count - m;
        let sum = f32x4.mul(loadLanes(x0 + o, lanes), w0);
        if (pair) sum = f32x4.add(sum, f32x4.mul(loadLanes(x1 + o, lanes), w1));
        if (i > 0) sum = f32x4.add(sum, loadLanes(to + o, lanes));
        storeLanes(to + o, sum, lanes);
      }
    }
  }
}

/** dx = dy * weights[index]. */
export function scaleBy(dy: usize, weights: usize, index: i32, dx: usize, length: i32): void {
  const w = v128.load32_splat(weights + ((<usize>index) << 2));
  for (let m = 0; m < length; m += 4) {
    const o = (<usize>m) << 2;
    storeLanes(dx + o, f32x4.mul(loadLanes(dy + o, length - m), w), length - m);
  }
}

/** dw[i] = inner product of dy and xs[i]: 32-bit sums over a block, doubles beyond. */
export function innerProducts(xs: usize, dy: usize, n: i32, dw: usize, length: i32): void {
  for (let i = 0; i < n; i++) {
    const x = load<usize>(xs + ((<usize>i) << 2));
    let total: f64 = 0;
    for (let from = 0; from < length; from += BLOCK) {
      const end = min(from + BLOCK, length);
      let s0 = f32x4.splat(0),
        s1 = s0,
        m = from;
      for (; m + 8 <= end; m += 8) {
        const o = (<usize>m) << 2;
        s0 = f32x4.add(s0, f32x4.mul(v128.load(x + o), v128.load(dy + o)));
        s1 = f32x4.add(s1, f32x4.mul(v128.load(x + o, 16), v128.load(dy + o, 16)));
      }
      for (; m < end; m += 4) {
        const o = (<usize>m) << 2;
        s0 = f32x4.add(s0, f32x4.mul(loadLanes(x + o, end - m), loadLanes(dy + o, end - m)));
      }
      const s = f32x4.add(s0, s1);
      total +=
        <f64>f32x4.extract_lane(s, 0) +
        <f64>f32x4.extract_lane(s, 1) +
        <f64>f32x4.extract_lane(s, 2) +
        <f64>f32x4.extract_lane(s, 3);
    }
    store<f32>(dw + ((<usize>i) << 2), <f32>total);
  }
}
