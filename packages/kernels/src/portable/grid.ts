import { concat, pad, reshape, slice, stridedSlice, type Tensor4D, zeros } from "@tensorflow/tfjs-core";

// Moving between pixels of the output and pixels of the padded input.

/** `border` pixels of `value` around every image. */
export const padded = (x: Tensor4D, border: number, value = 0): Tensor4D =>
  border === 0
    ? x
    : pad(
        x,
        [
          [0, 0],
          [border, border],
          [border, border],
          [0, 0],
        ],
        value,
      );

/** The pixels (row + i*stride, column + j*stride) -> [batch, height, width, channels]. */
export const gather = (
  x: Tensor4D,
  at: { row: number; column: number; height: number; width: number; stride: number },
): Tensor4D => {
  const [batch, , , channels] = x.shape;
  if (at.stride === 1) return slice(x, [0, at.row, at.column, 0], [batch, at.height, at.width, channels]);
  const last = (from: number, count: number) => from + (count - 1) * at.stride + 1;
  return stridedSlice(
    x,
    [0, at.row, at.column, 0],
    [batch, last(at.row, at.height), last(at.column, at.width), channels],
    [1, at.stride, at.stride, 1],
  ) as Tensor4D;
};

/** The transpose of {@link gather}: y's pixel (i, j) at (row + i*stride, column + j*stride) of height x width, zero elsewhere. */
export const scatter = (
  y: Tensor4D,
  at: { row: number; column: number; height: number; width: number; stride: number },
): Tensor4D => {
  const [batch, rows, columns, channels] = y.shape;
  const spread = at.stride === 1 ? y : interleaveZeros(y);
  const extent = { rows: (rows - 1) * at.stride + 1, columns: (columns - 1) * at.stride + 1 };
  return pad(slice(spread, [0, 0, 0, 0], [batch, extent.rows, extent.columns, channels]), [
    [0, 0],
    [at.row, at.height - at.row - extent.rows],
    [at.column, at.width - at.column - extent.columns],
    [0, 0],
  ]);
};

const interleaveZeros = (y: Tensor4D): Tensor4D => {
  const [batch, rows, columns, channels] = y.shape;
  const byRow = reshape(y, [batch, rows, 1, columns * channels]);
  const tall = reshape(concat([byRow, zeros(byRow.shape)], 2), [batch, rows * 2, columns, channels]);
  const byColumn = reshape(tall, [batch, rows * 2, columns, 1, channels]);
  return reshape(concat([byColumn, zeros(byColumn.shape)], 3), [batch, rows * 2, columns * 2, channels]);
};
