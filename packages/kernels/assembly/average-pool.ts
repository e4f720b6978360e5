import { IDENTITY, loadLanes, storeLanes } from "./lanes";
import { loadPlane } from "./plane";
import { take, takeZeros } from "./scratch";

/** 1 / how many pixels of the image the 3x3 window at a pixel holds. */
@inline
function share(row: i32, column: i32, height: i32, width: i32): f32 {
  const down = 3 - i32(row == 0) - i32(row == height - 1), across = 3 - i32(column == 0) - i32(column == width - 1);
  return <f32>1 / <f32>(down * across);
}

/** The sums of three rows of a plane, a vector a column. */
function sumRows(at: usize, row: usize, line: usize): void {
  for (let o: usize = 0; o < row; o += 16) {
    const p = at + o;
    v128.store(line + o, f32x4.add(f32x4.add(v128.load(p), v128.load(p + row)), v128.load(p + 2 * row)));
  }
}

@inline
function sumColumns(p: usize): v128 {
  return f32x4.add(f32x4.add(v128.load(p), v128.load(p, 16)), v128.load(p, 32));
}

/** One row of averages. */
@inline
function averageRow(line: usize, y: usize, pixel: usize, row: i32, columns: i32, stride: i32, height: i32, width: i32, lanes: i32): void {
  const usual = f32x4.splat(share(row, 1, height, width < 3 ? 3 : width));
  let to = y;
  for (let v = 0; v < columns; v++) {
    const column = v * stride, edge = column == 0 || column == width - 1;
    const part = edge ? f32x4.splat(share(row, column, height, width)) : usual;
    storeLanes(to, f32x4.mul(sumColumns(line + (<usize>column << 4)), part), lanes);
    to += pixel;
  }
}

/** One row of shares of dy into a plane. */
@inline
function shareRow(dy: usize, pixel: usize, plane: usize, row: i32, columns: i32, stride: i32, height: i32, width: i32, lanes: i32): void {
  const usual = f32x4.splat(share(row, 1, height, width < 3 ? 3 : width));
  let from = dy;
  for (let v = 0; v < columns; v++) {
    const column = v * stride, edge = column == 0 || column == width - 1;
    const part = edge ? f32x4.splat(share(row, column, height, width)) : usual;
    v128.store(plane + (<usize>column << 4), f32x4.mul(loadLanes(from, lanes), part));
    from += pixel;
  }
}

@inline
function sumRow(line: usize, dx: usize, pixel: usize, width: i32, lanes: i32): void {
  let to = dx;
  for (let v = 0; v < width; v++) {
    storeLanes(to, sumColumns(line + (<usize>v << 4)), lanes);
    to += pixel;
  }
}

/** x [n,h,w,c] -> y [n,ceil(h/stride),ceil(w/stride),c]: 3x3, padding 1, the padding left out of the average. */
export function averagePool(x: usize, y: usize, n: i32, height: i32, width: i32, channels: i32, stride: i32): void {
  const rows = (height + stride - 1) / stride, columns = (width + stride - 1) / stride;
  const pixel = <usize>channels << 2, row = <usize>(width + 2) << 4;
  const plane = takeZeros(<usize>(height + 2) * row), line = take(row);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c;
      loadPlane(x + <usize>(i * height * width) * pixel + (<usize>c << 2), pixel, height, width, lanes, IDENTITY, plane + row + 16, 16, row);
      let to = y + <usize>(i * rows * columns) * pixel + (<usize>c << 2);
      for (let h = 0; h < rows; h++) {
        sumRows(plane + <usize>(h * stride) * row, row, line);
        if (lanes >= 4) averageRow(line, to, pixel, h * stride, columns, stride, height, width, 4);
        else averageRow(line, to, pixel, h * stride, columns, stride, height, width, lanes);
        to += <usize>columns * pixel;
      }
    }
  }
}

/** dx: every window's share of dy, summed over the windows that hold the pixel. */
export function averagePoolGrad(dy: usize, dx: usize, n: i32, height: i32, width: i32, channels: i32, stride: i32): void {
  const rows = (height + stride - 1) / stride, columns = (width + stride - 1) / stride;
  const pixel = <usize>channels << 2, row = <usize>(width + 2) << 4;
  const plane = takeZeros(<usize>(height + 2) * row), line = take(row);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c;
      let from = dy + <usize>(i * rows * columns) * pixel + (<usize>c << 2);
      for (let h = 0; h < rows; h++) {
        const inside = plane + <usize>(h * stride + 1) * row + 16;
        if (lanes >= 4) shareRow(from, pixel, inside, h * stride, columns, stride, height, width, 4);
        else shareRow(from, pixel, inside, h * stride, columns, stride, height, width, lanes);
        from += <usize>columns * pixel;
      }
      let to = dx + <usize>(i * height * width) * pixel + (<usize>c << 2);
      for (let h = 0; h < height; h++) {
        sumRows(plane + <usize>h * row, row, line);
        if (lanes >= 4) sumRow(line, to, pixel, width, 4);
        else sumRow(line, to, pixel, width, lanes);
        to += <usize>width * pixel;
      }
    }
  }
}

/** x [n,pixels,c] -> y [n,c]. */
export function globalAverage(x: usize, y: usize, n: i32, pixels: i32, channels: i32): void {
  const pixel = <usize>channels << 2;
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c;
      let p = x + <usize>(i * pixels) * pixel + (<usize>c << 2), low = f64x2.splat(0), high = f64x2.splat(0);
      for (let m = 0; m < pixels; m++) {
        const v = loadLanes(p, lanes);
        low = f64x2.add(low, f64x2.promote_low_f32x4(v));
        high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<i64>(v, v, 1, 0)));
        p += pixel;
      }
      const count = f64x2.splat(<f64>pixels);
      const a = f32x4.demote_f64x2_zero(f64x2.div(low, count)), b = f32x4.demote_f64x2_zero(f64x2.div(high, count));
      storeLanes(y + <usize>i * pixel + (<usize>c << 2), v128.shuffle<i64>(a, b, 0, 2), lanes);
    }
  }
}

/** dy [n,c] -> dx [n,pixels,c]. */
export function globalAverageGrad(dy: usize, dx: usize, n: i32, pixels: i32, channels: i32): void {
  const pixel = <usize>channels << 2, part = f32x4.splat(<f32>1 / <f32>pixels);
  for (let i = 0; i < n; i++) {
    for (let c = 0; c < channels; c += 4) {
      const lanes = channels - c, o = <usize>c << 2;
      const v = f32x4.mul(loadLanes(dy + <usize>i * pixel + o, lanes), part);
      for (let m = 0; m < pixels; m++) storeLanes(dx + <usize>(i * pixels + m) * pixel + o, v, lanes);
    }
  }
}
