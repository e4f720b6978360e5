import { addToDoubles, IDENTITY, storeLanes, storeUnmapped } from "./lanes";
import { loadPlane } from "./plane";
import { take, takeZeros } from "./scratch";
import { scaleOf, storeGradient, tapOf } from "./weights";

// Depthwise k x k convolution, k = 3 or 5, padding dilation*(k-1)/2, by planes of 4 channels.

@inline
function madd(acc: v128, p: usize, w: v128): v128 {
  return f32x4.add(acc, f32x4.mul(v128.load(p), w));
}

/** One output row of k = 3, times `scale`. `down` and `across` are the distances between taps, `step` between windows and
 * `outStep` between outputs, in bytes. */
@inline
function row3(
  at: usize, down: usize, across: usize, step: usize, taps: usize, out: usize, outStep: usize, count: i32, scale: v128,
): void {
  const w0 = v128.load(taps), w1 = v128.load(taps, 16), w2 = v128.load(taps, 32);
  const w3 = v128.load(taps, 48), w4 = v128.load(taps, 64), w5 = v128.load(taps, 80);
  const w6 = v128.load(taps, 96), w7 = v128.load(taps, 112), w8 = v128.load(taps, 128);
  let p = at, q = at + down, r = at + 2 * down, to = out;
  for (let i = 0; i < count; i++) {
    let a = f32x4.mul(v128.load(p), w0);
    let b = f32x4.mul(v128.load(q), w3);
    let c = f32x4.mul(v128.load(r), w6);
    a = madd(a, p + across, w1);
    b = madd(b, q + across, w4);
    c = madd(c, r + across, w7);
    a = madd(a, p + 2 * across, w2);
    b = madd(b, q + 2 * across, w5);
    c = madd(c, r + 2 * across, w8);
    v128.store(to, f32x4.mul(f32x4.add(f32x4.add(a, b), c), scale));
    p += step;
    q += step;
    r += step;
    to += outStep;
  }
}

/** Two rows of taps of k = 5 at a time (10 weights stay in registers), added to `out` unless it is the first time. */
@inline
function pair5(at: usize, down: usize, across: usize, step: usize, taps: usize, out: usize, count: i32, first: bool): void {
  const w0 = v128.load(taps), w1 = v128.load(taps, 16), w2 = v128.load(taps, 32), w3 = v128.load(taps, 48), w4 = v128.load(taps, 64);
  const w5 = v128.load(taps, 80), w6 = v128.load(taps, 96), w7 = v128.load(taps, 112), w8 = v128.load(taps, 128), w9 = v128.load(taps, 144);
  let p = at, q = at + down;
  for (let i = 0; i < count; i++) {
    let a = f32x4.mul(v128.load(p), w0);
    let b = f32x4.mul(v128.load(q), w5);
    a = madd(a, p + across, w1);
    b = madd(b, q + across, w6);
    a = madd(a, p + 2 * across, w2);
    b = madd(b, q + 2 * across, w7);
    a = madd(a, p + 3 * across, w3);
    b = madd(b, q + 3 * across, w8);
    a = madd(a, p + 4 * across, w4);
    b = madd(b, q + 4 * across, w9);
    a = f32x4.add(a, b);
    const o = out + (<usize>i << 4);
    v128.store(o, first ? a : f32x4.add(v128.load(o), a));
    p += step;
    q += step;
  }
}

/** The last row of taps of k = 5, added to the four before it in `line`. */
@inline
function single5(
  at: usize, across: usize, step: usize, taps: usize, line: usize, out: usize, outStep: usize, count: i32, scale: v128,
): void {
  const w0 = v128.load(taps), w1 = v128.load(taps, 16), w2 = v128.load(taps, 32), w3 = v128.load(taps, 48), w4 = v128.load(taps, 64);
  let p = at, to = out;
  for (let i = 0; i < count; i++) {
    let a = f32x4.mul(v128.load(p), w0);
    let b = f32x4.mul(v128.load(p + across), w1);
    a = madd(a, p + 2 * across, w2);
    b = madd(b, p + 3 * across, w3);
    a = madd(a, p + 4 * across, w4);
    v128.store(to, f32x4.mul(f32x4.add(v128.load(line + (<usize>i << 4)), f32x4.add(a, b)), scale));
    p += step;
    to += outStep;
  }
}

@inline
function row5(
  at: usize, down: usize, across: usize, step: usize, taps: usize, line: usize, out: usize, outStep: usize, count: i32, scale: v128,
): void {
  pair5(at, down, across, step, taps, line, count, true);
  pair5(at + 2 * down, down, across, step, taps + 160, line, count, false);
  single5(at + 4 * down, across, step, taps + 320, line, out, outStep, count, scale);
}

/** One output row; `line` has room for `count` vectors. The distances are spelled out so that each case has them as
 * constants. */
function convolveRow(
  at: usize, row: usize, k: i32, dilation: i32, step: usize, taps: usize, line: usize, out: usize, outStep: usize, count: i32, scale: v128,
): void {
  if (k == 3) {
    if (dilation == 1) row3(at, row, 16, step, taps, out, outStep, count, scale);
    else row3(at, 2 * row, 32, step, taps, out, outStep, count, scale);
  } else if (dilation == 1) row5(at, row, 16, step, taps, line, out, outStep, count, scale);
  else row5(at, 2 * row, 32, step, taps, line, out, outStep, count, scale);
}

/** The weights of every group of 4 channels, k*k vectors a group; zero beyond the last channel. */
function prepareTaps(w: usize, k: i32, channels: i32, xnor: bool, turned: bool): usize {
  const kk = k * k, groups = (channels + 3) >> 2;
  const taps = takeZeros(<usize>(groups * kk) << 4);
  for (let t = 0; t < kk; t++) {
    const from = turned ? kk - 1 - t : t;
    for (let c = 0; c < channels; c++) {
      store<f32>(taps + (<usize>((c >> 2) * kk + t) << 4) + (<usize>(c & 3) << 2), tapOf(w, from * channels + c, xnor));
    }
  }
  return taps;
}

/** x [n,h,w,c], w [k,k,c] -> y [n,ceil(h/stride),ceil(w/stride),c]. */
export function depthwise(
  x: usize, w: usize, y: usize, n: i32, height: i32, width: i32, channels: i32,
  k: i32, stride: i32, dilation: i32, map: i32, xnor: bool,
): void {
  const border = (dilation * (k - 1)) / 2;
  const row = <usize>(width + 2 * border) << 4, pixel = <usize>channels << 2;
  const rows = (height + stride - 1) / stride, columns = (width + stride - 1) / stride;
  const taps = prepareTaps(w, k, channels, xnor, false);
  const plane = takeZeros(<usize>(height + 2 * border) * row);
  const line = take(<usize>columns << 4);
  const scale = f32x4.splat(scaleOf(w, k * k * channels, xnor));
  const inside = plane + <usize>border * row + (<usize>border << 4);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c;
      loadPlane(x + <usize>(i * height * width) * pixel + (<usize>c << 2), pixel, height, width, lanes, map, inside, 16, row);
      let to = y + <usize>(i * rows * columns) * pixel + (<usize>c << 2);
      const group = taps + (<usize>((c >> 2) * k * k) << 4);
      for (let h = 0; h < rows; h++) {
        const at = plane + <usize>(h * stride) * row, step = <usize>stride << 4;
        if (lanes >= 4) {
          convolveRow(at, row, k, dilation, step, group, line, to, pixel, columns, scale);
          to += <usize>columns * pixel;
          continue;
        }
        convolveRow(at, row, k, dilation, step, group, line, line, 16, columns, scale);
        for (let v = 0; v < columns; v++) {
          storeLanes(to, v128.load(line + (<usize>v << 4)), lanes);
          to += pixel;
        }
      }
    }
  }
}

/** dx: the same convolution of the spread-out dy with the taps turned by 180 degrees. */
export function depthwiseGradX(
  x: usize, w: usize, dy: usize, dx: usize, n: i32, height: i32, width: i32, channels: i32,
  k: i32, stride: i32, dilation: i32, map: i32, xnor: bool,
): void {
  const border = (dilation * (k - 1)) / 2;
  const row = <usize>(width + 2 * border) << 4, pixel = <usize>channels << 2;
  const rows = (height + stride - 1) / stride, columns = (width + stride - 1) / stride;
  const taps = prepareTaps(w, k, channels, xnor, true);
  const plane = takeZeros(<usize>(height + 2 * border) * row);
  const line = take(<usize>width << 4);
  const scale = f32x4.splat(scaleOf(w, k * k * channels, xnor));
  const inside = plane + <usize>border * row + (<usize>border << 4);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c;
      loadPlane(
        dy + <usize>(i * rows * columns) * pixel + (<usize>c << 2), pixel, rows, columns, lanes, IDENTITY,
        inside, <usize>stride << 4, <usize>stride * row,
      );
      let offset = <usize>(i * height * width) * pixel + (<usize>c << 2);
      const group = taps + (<usize>((c >> 2) * k * k) << 4);
      for (let h = 0; h < height; h++) {
        convolveRow(plane + <usize>h * row, row, k, dilation, 16, group, line, line, 16, width, scale);
        storeUnmapped(line, 16, x + offset, dx + offset, pixel, width, lanes, map);
        offset += <usize>width * pixel;
      }
    }
  }
}

/** acc[0..k) += sum over a row of x at the k taps of one row, times dy; k accumulators of 16 bytes. */
@inline
function gradRow3(at: usize, down: usize, across: usize, step: usize, dy: usize, acc: usize, count: i32): void {
  let a0 = v128.load(acc), a1 = v128.load(acc, 16), a2 = v128.load(acc, 32);
  let a3 = v128.load(acc, 48), a4 = v128.load(acc, 64), a5 = v128.load(acc, 80);
  let a6 = v128.load(acc, 96), a7 = v128.load(acc, 112), a8 = v128.load(acc, 128);
  let p = at, q = at + down, r = at + 2 * down;
  for (let i = 0; i < count; i++) {
    const g = v128.load(dy + (<usize>i << 4));
    a0 = madd(a0, p, g);
    a1 = madd(a1, p + across, g);
    a2 = madd(a2, p + 2 * across, g);
    a3 = madd(a3, q, g);
    a4 = madd(a4, q + across, g);
    a5 = madd(a5, q + 2 * across, g);
    a6 = madd(a6, r, g);
    a7 = madd(a7, r + across, g);
    a8 = madd(a8, r + 2 * across, g);
    p += step;
    q += step;
    r += step;
  }
  v128.store(acc, a0); v128.store(acc, a1, 16); v128.store(acc, a2, 32);
  v128.store(acc, a3, 48); v128.store(acc, a4, 64); v128.store(acc, a5, 80);
  v128.store(acc, a6, 96); v128.store(acc, a7, 112); v128.store(acc, a8, 128);
}

/** The same for one of the five rows of taps of k = 5. */
@inline
function gradRow5(at: usize, across: usize, step: usize, dy: usize, acc: usize, count: i32): void {
  let a0 = v128.load(acc), a1 = v128.load(acc, 16), a2 = v128.load(acc, 32), a3 = v128.load(acc, 48), a4 = v128.load(acc, 64);
  let p = at;
  for (let i = 0; i < count; i++) {
    const g = v128.load(dy + (<usize>i << 4));
    a0 = madd(a0, p, g);
    a1 = madd(a1, p + across, g);
    a2 = madd(a2, p + 2 * across, g);
    a3 = madd(a3, p + 3 * across, g);
    a4 = madd(a4, p + 4 * across, g);
    p += step;
  }
  v128.store(acc, a0); v128.store(acc, a1, 16); v128.store(acc, a2, 32); v128.store(acc, a3, 48); v128.store(acc, a4, 64);
}

function correlateRow(at: usize, row: usize, k: i32, dilation: i32, step: usize, dy: usize, acc: usize, count: i32): void {
  if (k == 3) {
    if (dilation == 1) gradRow3(at, row, 16, step, dy, acc, count);
    else gradRow3(at, 2 * row, 32, step, dy, acc, count);
    return;
  }
  for (let t = 0; t < 5; t++) {
    const p = at + <usize>(t * dilation) * row, a = acc + <usize>(t * 80);
    if (dilation == 1) gradRow5(p, 16, step, dy, a, count);
    else gradRow5(p, 32, step, dy, a, count);
  }
}

/** dw [k,k,c]: 32-bit sums over an image, doubles over the batch. */
export function depthwiseGradW(
  x: usize, w: usize, dy: usize, dw: usize, n: i32, height: i32, width: i32, channels: i32,
  k: i32, stride: i32, dilation: i32, map: i32, xnor: bool,
): void {
  const border = (dilation * (k - 1)) / 2, kk = k * k;
  const row = <usize>(width + 2 * border) << 4, pixel = <usize>channels << 2;
  const rows = (height + stride - 1) / stride, columns = (width + stride - 1) / stride;
  const groups = (channels + 3) >> 2;
  const sums = takeZeros(<usize>(groups * kk) << 5);
  const acc = take(<usize>kk << 4);
  const plane = takeZeros(<usize>(height + 2 * border) * row);
  const line = take(<usize>columns << 4);
  const inside = plane + <usize>border * row + (<usize>border << 4);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c;
      loadPlane(x + <usize>(i * height * width) * pixel + (<usize>c << 2), pixel, height, width, lanes, map, inside, 16, row);
      memory.fill(acc, 0, <usize>kk << 4);
      for (let h = 0; h < rows; h++) {
        loadPlane(dy + <usize>((i * rows + h) * columns) * pixel + (<usize>c << 2), pixel, 1, columns, lanes, IDENTITY, line, 16, 0);
        correlateRow(plane + <usize>(h * stride) * row, row, k, dilation, <usize>stride << 4, line, acc, columns);
      }
      for (let t = 0; t < kk; t++) addToDoubles(sums + (<usize>((c >> 2) * kk + t) << 5), v128.load(acc + (<usize>t << 4)));
    }
  }
  const count = kk * channels, scale = scaleOf(w, count, xnor);
  for (let t = 0; t < kk; t++) {
    for (let c = 0; c < channels; c++) {
      const sum = load<f64>(sums + (<usize>((c >> 2) * kk + t) << 5) + (<usize>(c & 3) << 3));
      storeGradient(dw, w, t * channels + c, sum, count, scale, xnor);
    }
  }
}
