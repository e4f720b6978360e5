import { IDENTITY, loadLanes, mapInput, RELU, storeLanes, unmapInput } from "./lanes";
import { accumulatorRows, flush, outerProduct, preparePanels, product, storePanel, takePanels } from "./product";
import { take, takeZeros } from "./scratch";

// Full-precision 3x3 convolution, padding 1. In a padded image the window of a pixel is three runs of 3 * channels
// floats, so no window is ever copied out.

/** Bytes past the padded image that {@link outerProduct} may read. */
const SLACK: usize = 16;

/** Copies `rows` x `columns` pixels into a padded image, `stride` pixels apart; what lies between stays zero. */
function loadPadded(
  image: usize,
  rows: i32,
  columns: i32,
  channels: i32,
  map: i32,
  padded: usize,
  rowBytes: usize,
  stride: i32,
): void {
  const pixel = (<usize>channels) << 2;
  let from = image;
  for (let h = 0; h < rows; h++) {
    let to = padded + <usize>(h * stride + 1) * rowBytes + pixel;
    const run = stride == 1 ? columns * channels : channels;
    for (let v = 0; v < columns * channels; v += run) {
      for (let i = 0; i < run; i += 4) {
        const o = (<usize>i) << 2;
        storeLanes(to + o, mapInput(loadLanes(from + o, run - i), map), run - i);
      }
      from += (<usize>run) << 2;
      to += <usize>stride * ((<usize>run) << 2);
    }
  }
}

/** Writes a row of outputs padded to 8 as it is in memory. */
function storeRow(out: usize, pitch: usize, count: i32, outputs: i32, y: usize): void {
  for (let m = 0; m < count; m++) {
    for (let o = 0; o < outputs; o += 4) {
      storeLanes(
        y + ((<usize>(m * outputs + o)) << 2),
        v128.load(out + <usize>m * pitch + ((<usize>o) << 2)),
        outputs - o,
      );
    }
  }
}

/** x [n,h,w,ci], w [3,3,ci,co] -> y [n,ceil(h/stride),ceil(w/stride),co]. */
export function conv3x3(
  x: usize,
  w: usize,
  y: usize,
  n: i32,
  height: i32,
  width: i32,
  inputs: i32,
  outputs: i32,
  stride: i32,
  relu: bool,
): void {
  const rows = (height + stride - 1) / stride,
    columns = (width + stride - 1) / stride;
  const pixel = (<usize>inputs) << 2,
    rowBytes = <usize>(width + 2) * pixel,
    pitch = (<usize>((outputs + 7) & ~7)) << 2;
  const panels = preparePanels(w, 9 * inputs, outputs, false),
    whole = (outputs & 7) == 0;
  const padded = takeZeros(<usize>(height + 2) * rowBytes),
    out = whole ? <usize>0 : take(<usize>columns * pitch);
  for (let i = 0; i < n; i++) {
    loadPadded(
      x + <usize>(i * height * width) * pixel,
      height,
      width,
      inputs,
      relu ? RELU : IDENTITY,
      padded,
      rowBytes,
      1,
    );
    for (let h = 0; h < rows; h++) {
      const to = y + ((<usize>((i * rows + h) * columns * outputs)) << 2);
      const at = padded + <usize>(h * stride) * rowBytes;
      product(at, <usize>stride * pixel, columns, 3, 3 * inputs, rowBytes, panels, outputs, whole ? to : out, pitch, 1);
      if (!whole) storeRow(out, pitch, columns, outputs, to);
    }
  }
}

/** dx: the convolution of the spread-out dy with the weights turned by 180 degrees and transposed. */
export function conv3x3GradX(
  x: usize,
  w: usize,
  dy: usize,
  dx: usize,
  n: i32,
  height: i32,
  width: i32,
  inputs: i32,
  outputs: i32,
  stride: i32,
  relu: bool,
): void {
  const rows = (height + stride - 1) / stride,
    columns = (width + stride - 1) / stride;
  const pixel = (<usize>outputs) << 2,
    rowBytes = <usize>(width + 2) * pixel,
    pitch = (<usize>((inputs + 7) & ~7)) << 2;
  const panels = takePanels(9 * outputs, inputs);
  for (let t = 0; t < 9; t++) {
    for (let c = 0; c < inputs; c++) {
      for (let o = 0; o < outputs; o++) {
        storePanel(
          panels,
          9 * outputs,
          (8 - t) * outputs + o,
          c,
          load<f32>(w + ((<usize>((t * inputs + c) * outputs + o)) << 2)),
        );
      }
    }
  }
  const padded = takeZeros(<usize>(height + 2) * rowBytes),
    out = take(<usize>width * pitch);
  const map = relu ? RELU : IDENTITY;
  for (let i = 0; i < n; i++) {
    loadPadded(dy + <usize>(i * rows * columns) * pixel, rows, columns, outputs, IDENTITY, padded, rowBytes, stride);
    for (let h = 0; h < height; h++) {
      product(padded + <usize>h * rowBytes, pixel, width, 3, 3 * outputs, rowBytes, panels, inputs, out, pitch, 1);
      let at = (<usize>((i * height + h) * width * inputs)) << 2;
      for (let v = 0; v < width; v++) {
        for (let c = 0; c < inputs; c += 4) {
          const o = at + ((<usize>c) << 2),
            lanes = inputs - c;
          const g = v128.load(out + <usize>v * pitch + ((<usize>c) << 2));
          storeLanes(dx + o, unmapInput(g, loadLanes(x + o, lanes), map), lanes);
        }
        at += (<usize>inputs) << 2;
      }
    }
  }
}

/** dw [3,3,ci,co]: 32-bit sums over an image, doubles over the batch. */
export function conv3x3GradW(
  x: usize,
  dy: usize,
  dw: usize,
  n: i32,
  height: i32,
  width: i32,
  inputs: i32,
  outputs: i32,
  stride: i32,
  relu: bool,
): void {
  const rows = (height + stride - 1) / stride,
    columns = (width + stride - 1) / stride;
  const pixel = (<usize>inputs) << 2,
    rowBytes = <usize>(width + 2) * pixel;
  const wide = (outputs + 7) & ~7,
    pitch = (<usize>wide) << 2,
    whole = wide == outputs;
  const length = 3 * inputs,
    values = accumulatorRows(3, length) * wide;
  const acc = takeZeros((<usize>values) << 2),
    sums = takeZeros((<usize>values) << 3);
  const padded = takeZeros(<usize>(height + 2) * rowBytes + SLACK),
    line = whole ? <usize>0 : takeZeros(<usize>columns * pitch);
  for (let i = 0; i < n; i++) {
    loadPadded(
      x + <usize>(i * height * width) * pixel,
      height,
      width,
      inputs,
      relu ? RELU : IDENTITY,
      padded,
      rowBytes,
      1,
    );
    for (let h = 0; h < rows; h++) {
      let g = dy + ((<usize>((i * rows + h) * columns * outputs)) << 2);
      if (!whole) {
        for (let m = 0; m < columns; m++) {
          for (let o = 0; o < outputs; o += 4) {
            v128.store(
              line + <usize>m * pitch + ((<usize>o) << 2),
              loadLanes(g + ((<usize>(m * outputs + o)) << 2), outputs - o),
            );
          }
        }
        g = line;
      }
      outerProduct(
        padded + <usize>(h * stride) * rowBytes,
        <usize>stride * pixel,
        columns,
        3,
        length,
        rowBytes,
        g,
        pitch,
        outputs,
        acc,
      );
    }
    flush(acc, sums, values);
  }
  const segment = (length + 3) & ~3;
  for (let k = 0; k < 3 * length; k++) {
    const row = (k / length) * segment + (k % length);
    for (let o = 0; o < outputs; o++) {
      store<f32>(dw + ((<usize>(k * outputs + o)) << 2), <f32>load<f64>(sums + ((<usize>(row * wide + o)) << 3)));
    }
  }
}
