import { loadLanes, storeLanes } from "./lanes";

/** Copies `size` floats a pixel between tensors whose pixels are `fromPitch` and `toPitch` floats apart. */
export function copyChannels(from: usize, to: usize, pixels: i32, size: i32, fromPitch: i32, toPitch: i32): void {
  let p = from,
    q = to;
  for (let m = 0; m < pixels; m++) {
    for (let c = 0; c < size; c += 4) {
      const o = (<usize>c) << 2;
      storeLanes(q + o, loadLanes(p + o, size - c), size - c);
    }
    p += (<usize>fromPitch) << 2;
    q += (<usize>toPitch) << 2;
  }
}

export function fillZeros(at: usize, floats: i32): void {
  memory.fill(at, 0, (<usize>floats) << 2);
}

/** Channel g*n+i of x goes to i*groups+g of y (channels = groups*n). */
export function shuffle(x: usize, y: usize, pixels: i32, channels: i32, groups: i32): void {
  const n = channels / groups;
  if (groups == 2 && (n & 3) == 0) interleave(x, y, pixels, n);
  else if (n == 2 && (groups & 3) == 0) deinterleave(x, y, pixels, groups);
  else {
    for (let m = 0; m < pixels; m++) {
      const p = x + ((<usize>(m * channels)) << 2),
        q = y + ((<usize>(m * channels)) << 2);
      for (let g = 0; g < groups; g++) {
        for (let i = 0; i < n; i++)
          store<f32>(q + ((<usize>(i * groups + g)) << 2), load<f32>(p + ((<usize>(g * n + i)) << 2)));
      }
    }
  }
}

function interleave(x: usize, y: usize, pixels: i32, n: i32): void {
  const half = (<usize>n) << 2;
  let p = x,
    q = y;
  for (let m = 0; m < pixels; m++) {
    for (let o: usize = 0; o < half; o += 16) {
      const a = v128.load(p + o),
        b = v128.load(p + half + o);
      v128.store(q + 2 * o, v128.shuffle<i32>(a, b, 0, 4, 1, 5));
      v128.store(q + 2 * o, v128.shuffle<i32>(a, b, 2, 6, 3, 7), 16);
    }
    p += 2 * half;
    q += 2 * half;
  }
}

function deinterleave(x: usize, y: usize, pixels: i32, n: i32): void {
  const half = (<usize>n) << 2;
  let p = x,
    q = y;
  for (let m = 0; m < pixels; m++) {
    for (let o: usize = 0; o < half; o += 16) {
      const a = v128.load(p + 2 * o),
        b = v128.load(p + 2 * o, 16);
      v128.store(q + o, v128.shuffle<i32>(a, b, 0, 2, 4, 6));
      v128.store(q + half + o, v128.shuffle<i32>(a, b, 1, 3, 5, 7));
    }
    p += 2 * half;
    q += 2 * half;
  }
}
