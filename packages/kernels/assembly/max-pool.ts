import { IDENTITY, storeLanes } from "./lanes";
import { loadPlane } from "./plane";
import { take } from "./scratch";

// Max-pooling, 3x3 with padding 1 or 2x2 without. The forward pass notes which tap of the window won, one byte a value:
// 1 + tap, or 0 if nothing was greater than the least float (then the gradient goes to the middle, inside the image).

const LEAST: f32 = -3.4028234663852886e38;

function storeWinners(p: usize, winners: v128, lanes: i32): void {
  const half = i16x8.narrow_i32x4_s(winners, winners),
    bytes = i8x16.narrow_i16x8_s(half, half);
  if (lanes >= 4) {
    store<i32>(p, i32x4.extract_lane(bytes, 0));
    return;
  }
  store<u8>(p, i8x16.extract_lane_u(bytes, 0));
  if (lanes > 1) store<u8>(p + 1, i8x16.extract_lane_u(bytes, 1));
  if (lanes > 2) store<u8>(p + 2, i8x16.extract_lane_u(bytes, 2));
}

/** x [n,h,w,c] -> y and winner [n,rows,columns,c]. */
export function maxPool(
  x: usize,
  y: usize,
  winner: usize,
  n: i32,
  height: i32,
  width: i32,
  channels: i32,
  size: i32,
  stride: i32,
): void {
  const border = size == 3 ? 1 : 0;
  const rows = (height + 2 * border - size) / stride + 1,
    columns = (width + 2 * border - size) / stride + 1;
  const pixel = (<usize>channels) << 2,
    row = (<usize>(width + 2 * border)) << 4;
  const bytes = <usize>(height + 2 * border) * row,
    plane = take(bytes);
  for (let p = plane; p < plane + bytes; p += 16) v128.store(p, f32x4.splat(LEAST));
  const inside = plane + <usize>border * row + ((<usize>border) << 4),
    one = i32x4.splat(1);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c;
      loadPlane(
        x + <usize>(i * height * width) * pixel + ((<usize>c) << 2),
        pixel,
        height,
        width,
        lanes,
        IDENTITY,
        inside,
        16,
        row,
      );
      let at = i * rows * columns * channels + c;
      for (let h = 0; h < rows; h++) {
        for (let v = 0; v < columns; v++) {
          let best = f32x4.splat(LEAST),
            won = i32x4.splat(0),
            tap = one;
          let p = plane + <usize>(h * stride) * row + ((<usize>(v * stride)) << 4);
          for (let r = 0; r < size; r++) {
            let t = v128.load(p);
            won = i32x4.max_s(won, v128.and(f32x4.gt(t, best), tap));
            best = f32x4.pmax(best, t);
            tap = i32x4.add(tap, one);
            t = v128.load(p, 16);
            won = i32x4.max_s(won, v128.and(f32x4.gt(t, best), tap));
            best = f32x4.pmax(best, t);
            tap = i32x4.add(tap, one);
            if (size == 3) {
              t = v128.load(p, 32);
              won = i32x4.max_s(won, v128.and(f32x4.gt(t, best), tap));
              best = f32x4.pmax(best, t);
              tap = i32x4.add(tap, one);
            }
            p += row;
          }
          storeLanes(y + ((<usize>at) << 2), best, lanes);
          storeWinners(winner + <usize>at, won, lanes);
          at += channels;
        }
      }
    }
  }
}

/** dx: every value of dy goes to the tap that won. */
export function maxPoolGrad(
  winner: usize,
  dy: usize,
  dx: usize,
  n: i32,
  height: i32,
  width: i32,
  channels: i32,
  size: i32,
  stride: i32,
): void {
  const border = size == 3 ? 1 : 0;
  const rows = (height + 2 * border - size) / stride + 1,
    columns = (width + 2 * border - size) / stride + 1;
  const pixel = (<usize>channels) << 2,
    offsets = take(64);
  store<usize>(offsets, <usize>(border * width + border) * pixel);
  for (let t = 0; t < size * size; t++)
    store<usize>(offsets + ((<usize>(t + 1)) << 2), <usize>((t / size) * width + (t % size)) * pixel);
  memory.fill(dx, 0, <usize>(n * height * width) * pixel);
  let from = dy,
    note = winner;
  for (let i = 0; i < n; i++) {
    for (let h = 0; h < rows; h++) {
      for (let v = 0; v < columns; v++) {
        // May point before the image; the offset of the winner brings it back inside.
        let to = dx + <usize>((i * height + h * stride - border) * width + v * stride - border) * pixel;
        const end = from + pixel;
        while (from < end) {
          const p = to + load<usize>(offsets + ((<usize>load<u8>(note)) << 2));
          store<f32>(p, load<f32>(p) + load<f32>(from));
          from += 4;
          to += 4;
          note++;
        }
      }
    }
  }
}
