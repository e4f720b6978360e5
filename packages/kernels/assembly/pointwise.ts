import { IDENTITY, loadLanes, mapInput, storeLanes, storeUnmapped, unmapInput } from "./lanes";
import { loadPlane } from "./plane";
import { flush, outerProduct, preparePanels, prepareTransposedPanels, product } from "./product";
import { take, takeZeros } from "./scratch";
import { scaleOf, storeGradient } from "./weights";

// 1x1 convolution over blocks of pixels that fit the first-level cache.

/** Pixels a block: about 16 KB of them. */
function blockOf(channels: i32): i32 {
  const fit = (4096 / ((channels + 7) & ~7)) & ~3;
  return fit < 16 ? 16 : fit > 256 ? 256 : fit;
}

/** The pixel of the input that output pixel m reads. */
@inline
function inputPixel(m: i32, rows: i32, columns: i32, height: i32, width: i32, stride: i32, offset: i32): i32 {
  if (stride == 1 && offset == 0) return m;
  const column = m % columns, line = m / columns, row = line % rows;
  return ((line / rows) * height + row * stride + offset) * width + column * stride + offset;
}

/** Copies the pixels of a block, mapped, `channels` rounded up to 4 floats each. */
function gatherBlock(
  x: usize, first: i32, count: i32, channels: i32, map: i32, block: usize,
  rows: i32, columns: i32, height: i32, width: i32, stride: i32, offset: i32,
): void {
  if (stride == 1 && offset == 0 && (channels & 3) == 0) {
    // Pixels and vectors follow one another in both: one row of a plane.
    loadPlane(x + (<usize>(first * channels) << 2), 16, 1, (count * channels) >> 2, 4, map, block, 16, 0);
    return;
  }
  let to = block;
  for (let m = first; m < first + count; m++) {
    const from = x + (<usize>(inputPixel(m, rows, columns, height, width, stride, offset) * channels) << 2);
    for (let c = 0; c < channels; c += 4) {
      v128.store(to, mapInput(loadLanes(from + (<usize>c << 2), channels - c), map));
      to += 16;
    }
  }
}

/** x [n,h,w,ci], w [ci,co] -> y [n,rows,columns,co]. */
export function pointwise(
  x: usize, w: usize, y: usize, n: i32, height: i32, width: i32, inputs: i32, outputs: i32,
  stride: i32, offset: i32, map: i32, xnor: bool,
): void {
  const rows = (height - offset + stride - 1) / stride, columns = (width - offset + stride - 1) / stride;
  const pixels = n * rows * columns, size = blockOf(inputs);
  const panels = preparePanels(w, inputs, outputs, xnor), scale = scaleOf(w, inputs * outputs, xnor);
  const direct = map == IDENTITY && stride == 1 && offset == 0, whole = (outputs & 7) == 0;
  const step = <usize>(direct ? inputs : (inputs + 3) & ~3) << 2, pitch = <usize>((outputs + 7) & ~7) << 2;
  const block = take(<usize>size * step), out = whole ? <usize>0 : take(<usize>size * pitch);
  for (let first = 0; first < pixels; first += size) {
    const count = min(size, pixels - first);
    const to = y + (<usize>(first * outputs) << 2);
    if (!direct) gatherBlock(x, first, count, inputs, map, block, rows, columns, height, width, stride, offset);
    const from = direct ? x + <usize>first * step : block;
    product(from, step, count, 1, inputs, 0, panels, outputs, whole ? to : out, pitch, scale);
    if (whole) continue;
    for (let m = 0; m < count; m++) {
      for (let o = 0; o < outputs; o += 4) {
        storeLanes(to + (<usize>(m * outputs + o) << 2), v128.load(out + <usize>m * pitch + (<usize>o << 2)), outputs - o);
      }
    }
  }
}

/** dx: dy times the transposed weights; zero at the pixels that stride 2 skips. */
export function pointwiseGradX(
  x: usize, w: usize, dy: usize, dx: usize, n: i32, height: i32, width: i32, inputs: i32, outputs: i32,
  stride: i32, offset: i32, map: i32, xnor: bool,
): void {
  const rows = (height - offset + stride - 1) / stride, columns = (width - offset + stride - 1) / stride;
  const pixels = n * rows * columns, size = blockOf(inputs);
  const panels = prepareTransposedPanels(w, inputs, outputs, xnor), scale = scaleOf(w, inputs * outputs, xnor);
  const step = <usize>outputs << 2, pitch = <usize>((inputs + 7) & ~7) << 2;
  const out = take(<usize>size * pitch);
  if (stride != 1 || offset != 0) memory.fill(dx, 0, <usize>(n * height * width * inputs) << 2);
  for (let first = 0; first < pixels; first += size) {
    const count = min(size, pixels - first);
    product(dy + <usize>first * step, step, count, 1, outputs, 0, panels, inputs, out, pitch, scale);
    if (stride == 1 && offset == 0 && (inputs & 7) == 0) {
      const at = <usize>(first * inputs) << 2;
      storeUnmapped(out, 16, x + at, dx + at, 16, (count * inputs) >> 2, 4, map);
      continue;
    }
    for (let m = 0; m < count; m++) {
      const at = <usize>(inputPixel(first + m, rows, columns, height, width, stride, offset) * inputs) << 2;
      for (let c = 0; c < inputs; c += 4) {
        const o = at + (<usize>c << 2), lanes = inputs - c;
        const g = v128.load(out + <usize>m * pitch + (<usize>c << 2));
        storeLanes(dx + o, unmapInput(g, loadLanes(x + o, lanes), map), lanes);
      }
    }
  }
}

/** dw [ci,co]: 32-bit sums over about a thousand pixels, doubles beyond. */
export function pointwiseGradW(
  x: usize, w: usize, dy: usize, dw: usize, n: i32, height: i32, width: i32, inputs: i32, outputs: i32,
  stride: i32, offset: i32, map: i32, xnor: bool,
): void {
  const rows = (height - offset + stride - 1) / stride, columns = (width - offset + stride - 1) / stride;
  const pixels = n * rows * columns, size = blockOf(max(inputs, outputs));
  const padded = (inputs + 3) & ~3, wide = (outputs + 7) & ~7;
  const direct = map == IDENTITY && stride == 1 && offset == 0 && padded == inputs, whole = wide == outputs;
  const acc = takeZeros(<usize>(padded * wide) << 2), sums = takeZeros(<usize>(padded * wide) << 3);
  const step = <usize>padded << 2, pitch = <usize>wide << 2;
  const block = take(<usize>size * step), right = whole ? <usize>0 : takeZeros(<usize>size * pitch);
  let unflushed = 0;
  for (let first = 0; first < pixels; first += size) {
    const count = min(size, pixels - first);
    if (!direct) gatherBlock(x, first, count, inputs, map, block, rows, columns, height, width, stride, offset);
    let g = dy + (<usize>(first * outputs) << 2);
    if (!whole) {
      for (let m = 0; m < count; m++) {
        for (let o = 0; o < outputs; o += 4) {
          v128.store(right + <usize>m * pitch + (<usize>o << 2), loadLanes(g + (<usize>(m * outputs + o) << 2), outputs - o));
        }
      }
      g = right;
    }
    outerProduct(direct ? x + <usize>first * step : block, step, count, 1, inputs, 0, g, pitch, outputs, acc);
    unflushed += count;
    if (unflushed >= 1024 || first + size >= pixels) {
      flush(acc, sums, padded * wide);
      unflushed = 0;
    }
  }
  const total = inputs * outputs, scale = scaleOf(w, total, xnor);
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) {
      storeGradient(dw, w, i * outputs + o, load<f64>(sums + (<usize>(i * wide + o) << 3)), total, scale, xnor);
    }
  }
}
