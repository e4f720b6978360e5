import { IDENTITY, storeLanes } from "./lanes";
import { loadPlane } from "./plane";
import { take } from "./scratch";

// Max-pooling, 3x3 with padding 1 or 2x2 without: first along rows, then down columns. The forward pass notes which tap
// of the window won (3 * row + column), one byte a value. The first of equals is the first column of the first row.

const LEAST: f32 = -3.4028234663852886e38;

/** The greatest of `size` neighbours along a row and minus its column, 32 bytes an output. */
@inline
function alongRow(at: usize, step: usize, line: usize, count: i32, size: i32): void {
  let p = at, to = line;
  for (let i = 0; i < count; i++) {
    const a = v128.load(p), b = v128.load(p, 16);
    let best = f32x4.pmax(f32x4.pmax(f32x4.splat(LEAST), a), b);
    if (size == 3) best = f32x4.pmax(best, v128.load(p, 32));
    const notA = f32x4.ne(a, best);
    v128.store(to, best);
    v128.store(to, size == 3 ? i32x4.add(notA, v128.and(notA, f32x4.ne(b, best))) : notA, 16);
    p += step;
    to += 32;
  }
}

function storeWinners(p: usize, winners: v128, lanes: i32): void {
  const half = i16x8.narrow_i32x4_s(winners, winners), bytes = i8x16.narrow_i16x8_s(half, half);
  store<u8>(p, i8x16.extract_lane_u(bytes, 0));
  if (lanes > 1) store<u8>(p + 1, i8x16.extract_lane_u(bytes, 1));
  if (lanes > 2) store<u8>(p + 2, i8x16.extract_lane_u(bytes, 2));
  if (lanes > 3) store<u8>(p + 3, i8x16.extract_lane_u(bytes, 3));
}

/** One output row from `size` lines of {@link alongRow}. A window in which nothing is greater than the least float (all
 * NaN, say) notes its middle, which is inside the image: the gradient must not leave it. */
@inline
function downColumns(a: usize, b: usize, c: usize, y: usize, winner: usize, channels: usize, count: i32, lanes: i32, size: i32): void {
  let to = y, note = winner;
  for (let i = 0; i < count; i++) {
    const o = <usize>i << 5;
    const top = v128.load(a + o), middle = v128.load(b + o);
    let best = f32x4.pmax(top, middle);
    let tap = i32x4.sub(v128.load(b + o, 16), i32x4.splat(3));
    if (size == 3) {
      best = f32x4.pmax(best, v128.load(c + o));
      tap = v128.bitselect(i32x4.sub(v128.load(c + o, 16), i32x4.splat(6)), tap, f32x4.ne(middle, best));
    }
    tap = v128.bitselect(tap, v128.load(a + o, 16), f32x4.ne(top, best));
    tap = v128.bitselect(i32x4.splat(size == 3 ? -4 : 0), tap, f32x4.eq(best, f32x4.splat(LEAST)));
    storeLanes(to, best, lanes);
    tap = i32x4.neg(tap);
    if (lanes >= 4) {
      const half = i16x8.narrow_i32x4_s(tap, tap);
      store<i32>(note, i32x4.extract_lane(i8x16.narrow_i16x8_s(half, half), 0));
    } else storeWinners(note, tap, lanes);
    to += channels << 2;
    note += channels;
  }
}

@inline
function pool(
  x: usize, y: usize, winner: usize, n: i32, height: i32, width: i32, channels: i32, size: i32, stride: i32,
): void {
  const border = size == 3 ? 1 : 0;
  const rows = (height + 2 * border - size) / stride + 1, columns = (width + 2 * border - size) / stride + 1;
  const pixel = <usize>channels << 2, row = <usize>(width + 2 * border) << 4;
  const bytes = <usize>(height + 2 * border) * row, plane = take(bytes);
  const line = <usize>columns << 5, lines = take(3 * line);
  for (let p = plane; p < plane + bytes; p += 16) v128.store(p, f32x4.splat(LEAST));
  const inside = plane + <usize>border * row + (<usize>border << 4);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c;
      loadPlane(x + <usize>(i * height * width) * pixel + (<usize>c << 2), pixel, height, width, lanes, IDENTITY, inside, 16, row);
      let at = <usize>(i * rows * columns * channels + c), ready = 0;
      for (let h = 0; h < rows; h++) {
        for (; ready < h * stride + size; ready++) {
          alongRow(plane + <usize>ready * row, <usize>stride << 4, lines + <usize>(ready % 3) * line, columns, size);
        }
        const from = h * stride;
        const a = lines + <usize>(from % 3) * line, b = lines + <usize>((from + 1) % 3) * line, d = lines + <usize>((from + 2) % 3) * line;
        if (lanes >= 4) downColumns(a, b, d, y + (at << 2), winner + at, channels, columns, 4, size);
        else downColumns(a, b, d, y + (at << 2), winner + at, channels, columns, lanes, size);
        at += <usize>(columns * channels);
      }
    }
  }
}

/** x [n,h,w,c] -> y and winner [n,rows,columns,c]. */
export function maxPool(
  x: usize, y: usize, winner: usize, n: i32, height: i32, width: i32, channels: i32, size: i32, stride: i32,
): void {
  if (size == 3) pool(x, y, winner, n, height, width, channels, 3, stride);
  else pool(x, y, winner, n, height, width, channels, 2, stride);
}

/** dx: every value of dy goes to the tap that won. */
export function maxPoolGrad(
  winner: usize, dy: usize, dx: usize, n: i32, height: i32, width: i32, channels: i32, size: i32, stride: i32,
): void {
  const border = size == 3 ? 1 : 0;
  const rows = (height + 2 * border - size) / stride + 1, columns = (width + 2 * border - size) / stride + 1;
  const pixel = <usize>channels << 2, offsets = take(64);
  for (let t = 0; t < 9; t++) store<usize>(offsets + (<usize>t << 2), <usize>((t / 3) * width + (t % 3)) * pixel);
  memory.fill(dx, 0, <usize>(n * height * width) * pixel);
  let from = dy, note = winner;
  for (let i = 0; i < n; i++) {
    for (let h = 0; h < rows; h++) {
      for (let v = 0; v < columns; v++) {
        // May point before the image; the offset of the winner brings it back inside.
        let to = dx + <usize>((i * height + h * stride - border) * width + v * stride - border) * pixel;
        const end = from + pixel;
        while (from < end) {
          const p = to + load<usize>(offsets + (<usize>load<u8>(note) << 2));
          store<f32>(p, load<f32>(p) + load<f32>(from));
          from += 4;
          to += 4;
          note++;
        }
      }
    }
  }
}
