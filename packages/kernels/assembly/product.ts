import { addToDoubles } from "./lanes";
import { takeZeros } from "./scratch";
import { tapOf } from "./weights";

// Products of pixels with a matrix of weights, blocked so that 4 pixels x 8 outputs stay in registers. A pixel is
// `segments` runs of `length` floats, `pitch` bytes apart: one run for a 1x1 convolution, three (the rows of the window
// in a padded image) for 3x3.

@inline
function madd(acc: v128, a: v128, b: v128): v128 {
  return f32x4.add(acc, f32x4.mul(a, b));
}

/** Panels of 8 outputs, each [inputs][8], zero beyond the last output. */
export function takePanels(inputs: i32, outputs: i32): usize {
  return takeZeros(<usize>(((outputs + 7) >> 3) * inputs) << 5);
}

@inline
export function storePanel(panels: usize, inputs: i32, input: i32, output: i32, value: f32): void {
  store<f32>(panels + (<usize>((output >> 3) * inputs + input) << 5) + (<usize>(output & 7) << 2), value);
}

/** The weights [inputs][outputs] as panels. */
export function preparePanels(w: usize, inputs: i32, outputs: i32, xnor: bool): usize {
  const panels = takePanels(inputs, outputs);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) storePanel(panels, inputs, i, o, tapOf(w, i * outputs + o, xnor));
  }
  return panels;
}

/** The transposed weights as panels: from `outputs` back to `inputs`. */
export function prepareTransposedPanels(w: usize, inputs: i32, outputs: i32, xnor: bool): usize {
  const panels = takePanels(outputs, inputs);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) storePanel(panels, outputs, o, i, tapOf(w, i * outputs + o, xnor));
  }
  return panels;
}

function fourPixels(
  at: usize, step: usize, segments: i32, length: usize, pitch: usize, panel: usize, out: usize, outPitch: usize, scale: v128,
): void {
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  let wp = panel;
  for (let s = 0; s < segments; s++) {
    let p = at + <usize>s * pitch;
    const end = p + length;
    while (p < end) {
      const u = v128.load(wp), v = v128.load(wp, 16);
      let x = v128.load32_splat(p);
      a0 = madd(a0, x, u);
      a1 = madd(a1, x, v);
      x = v128.load32_splat(p + step);
      b0 = madd(b0, x, u);
      b1 = madd(b1, x, v);
      x = v128.load32_splat(p + 2 * step);
      c0 = madd(c0, x, u);
      c1 = madd(c1, x, v);
      x = v128.load32_splat(p + 3 * step);
      d0 = madd(d0, x, u);
      d1 = madd(d1, x, v);
      p += 4;
      wp += 32;
    }
  }
  v128.store(out, f32x4.mul(a0, scale));
  v128.store(out, f32x4.mul(a1, scale), 16);
  v128.store(out + outPitch, f32x4.mul(b0, scale));
  v128.store(out + outPitch, f32x4.mul(b1, scale), 16);
  v128.store(out + 2 * outPitch, f32x4.mul(c0, scale));
  v128.store(out + 2 * outPitch, f32x4.mul(c1, scale), 16);
  v128.store(out + 3 * outPitch, f32x4.mul(d0, scale));
  v128.store(out + 3 * outPitch, f32x4.mul(d1, scale), 16);
}

function onePixel(at: usize, segments: i32, length: usize, pitch: usize, panel: usize, out: usize, scale: v128): void {
  let a0 = f32x4.splat(0), a1 = a0;
  let wp = panel;
  for (let s = 0; s < segments; s++) {
    let p = at + <usize>s * pitch;
    const end = p + length;
    while (p < end) {
      const x = v128.load32_splat(p);
      a0 = madd(a0, x, v128.load(wp));
      a1 = madd(a1, x, v128.load(wp, 16));
      p += 4;
      wp += 32;
    }
  }
  v128.store(out, f32x4.mul(a0, scale));
  v128.store(out, f32x4.mul(a1, scale), 16);
}

/** out[pixel][outputs rounded up to 8] = scale * pixel x weights, for `count` pixels `step` bytes apart. The order of
 * the sum is the same wherever a pixel stands. */
export function product(
  at: usize, step: usize, count: i32, segments: i32, length: i32, pitch: usize,
  panels: usize, outputs: i32, out: usize, outPitch: usize, scale: f32,
): void {
  const bytes = <usize>length << 2, size = <usize>(segments * length) << 5, s = f32x4.splat(scale);
  for (let o = 0; o < outputs; o += 8) {
    const panel = panels + <usize>(o >> 3) * size;
    let p = at, to = out + (<usize>o << 2), i = 0;
    for (; i + 4 <= count; i += 4) {
      fourPixels(p, step, segments, bytes, pitch, panel, to, outPitch, s);
      p += 4 * step;
      to += 4 * outPitch;
    }
    for (; i < count; i++) {
      onePixel(p, segments, bytes, pitch, panel, to, s);
      p += step;
      to += outPitch;
    }
  }
}

/** acc[4][8] (rows `accPitch` apart) += sum over pixels of x[0..4) times dy[0..8). */
function outerTile(at: usize, step: usize, count: i32, dy: usize, dyPitch: usize, acc: usize, accPitch: usize): void {
  const accB = acc + accPitch, accC = acc + 2 * accPitch, accD = acc + 3 * accPitch;
  let a0 = v128.load(acc), a1 = v128.load(acc, 16), b0 = v128.load(accB), b1 = v128.load(accB, 16);
  let c0 = v128.load(accC), c1 = v128.load(accC, 16), d0 = v128.load(accD), d1 = v128.load(accD, 16);
  let p = at, g = dy;
  for (let i = 0; i < count; i++) {
    const u = v128.load(g), v = v128.load(g, 16);
    let x = v128.load32_splat(p);
    a0 = madd(a0, x, u);
    a1 = madd(a1, x, v);
    x = v128.load32_splat(p, 4);
    b0 = madd(b0, x, u);
    b1 = madd(b1, x, v);
    x = v128.load32_splat(p, 8);
    c0 = madd(c0, x, u);
    c1 = madd(c1, x, v);
    x = v128.load32_splat(p, 12);
    d0 = madd(d0, x, u);
    d1 = madd(d1, x, v);
    p += step;
    g += dyPitch;
  }
  v128.store(acc, a0); v128.store(acc, a1, 16); v128.store(accB, b0); v128.store(accB, b1, 16);
  v128.store(accC, c0); v128.store(accC, c1, 16); v128.store(accD, d0); v128.store(accD, d1, 16);
}

/** Rows of the accumulators that {@link outerProduct} and {@link flush} work on: every segment padded to 4. */
@inline
export function accumulatorRows(segments: i32, length: i32): i32 {
  return segments * ((length + 3) & ~3);
}

/** acc[segment][input, padded to 4][output, padded to 8] += pixels^T x dy. Reads up to 12 bytes past every segment and
 * needs dy padded to 8 outputs. */
export function outerProduct(
  at: usize, step: usize, count: i32, segments: i32, length: i32, pitch: usize,
  dy: usize, dyPitch: usize, outputs: i32, acc: usize,
): void {
  const accPitch = <usize>((outputs + 7) & ~7) << 2;
  for (let o: usize = 0; o < accPitch; o += 32) {
    let to = acc + o;
    for (let s = 0; s < segments; s++) {
      const p = at + <usize>s * pitch;
      for (let i = 0; i < length; i += 4) {
        outerTile(p + (<usize>i << 2), step, count, dy + o, dyPitch, to, accPitch);
        to += 4 * accPitch;
      }
    }
  }
}

/** Moves the 32-bit sums into the doubles and starts them again from zero. */
export function flush(acc: usize, sums: usize, values: i32): void {
  for (let i = 0; i < values; i += 4) {
    const at = acc + (<usize>i << 2);
    addToDoubles(sums + (<usize>i << 3), v128.load(at));
    v128.store(at, f32x4.splat(0));
  }
}
