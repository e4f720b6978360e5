// What is done number by number, and to whole planes. `count` numbers are a multiple of 4.

export function relu(x: usize, count: i32, y: usize): void {
  const zero = f32x4.splat(0);
  for (let i: usize = 0; i < <usize>count << 2; i += 16) v128.store(y + i, f32x4.pmax(zero, v128.load(x + i)));
}

export function add(x: usize, other: usize, count: i32, y: usize): void {
  for (let i: usize = 0; i < <usize>count << 2; i += 16) v128.store(y + i, f32x4.add(v128.load(x + i), v128.load(other + i)));
}

/** factor * x + offset by channel. */
export function affine(x: usize, plane: usize, channels: i32, factor: usize, offset: usize, y: usize): void {
  for (let c: usize = 0; c < <usize>channels; c++) {
    const f = v128.load32_splat(factor + (c << 2)), o = v128.load32_splat(offset + (c << 2));
    for (let i = c * plane; i < (c + 1) * plane; i += 16) {
      v128.store(y + i, f32x4.add(f32x4.mul(v128.load(x + i), f), o));
    }
  }
}

/** Fill up to a place, and up to 12 bytes beyond it. */
@inline
function fillTo(from: usize, end: usize, value: v128): void {
  for (let i = from; i < end; i += 16) v128.store(i, value);
}

/**
 * Images with a border of so many pixels, filled with a value. What is written beyond a row, its border or a plane is written again by what
 * comes after it.
 */
export function pad(
  x: usize, xPlane: usize, channels: i32, height: i32, width: i32, border: i32, fill: f32, y: usize, yPlane: usize,
): void {
  const row = <usize>width << 2, edge = <usize>border << 2;
  const filled = f32x4.splat(fill);
  for (let c: usize = 0; c < <usize>channels; c++) {
    let from = x + c * xPlane;
    const end = y + (c + 1) * yPlane;
    let to = y + c * yPlane + <usize>border * (row + 2 * edge) + edge;
    fillTo(y + c * yPlane, to, filled);
    for (let r = 1; r <= height; r++) {
      for (let i: usize = 0; i < row; i += 16) v128.store(to + i, v128.load(from + i));
      from += row;
      to += row;
      fillTo(to, r == height ? end : to + 2 * edge, filled);
      to += 2 * edge;
    }
  }
}

/**
 * The largest, or the mean, of the taps of each pixel of an image with a border.
 * @param counts 0 for the largest; else [pixels]: how many taps lie in the image
 */
export function pool(
  x: usize, xPlane: usize, xRow: usize, channels: i32, rows: i32, width: i32, taps: i32, offsets: usize, counts: usize,
  y: usize, yPlane: usize,
): void {
  const yRow = <usize>width << 2;
  for (let c: usize = 0; c < <usize>channels; c++) {
    for (let row: usize = 0; row < <usize>rows; row++) {
      for (let column: usize = 0; column < yRow; column += 16) {
        const from = x + c * xPlane + row * xRow + column;
        const to = row * yRow + column;
        let value = v128.load(from + load<i32>(offsets));
        if (counts == 0) {
          for (let tap = 1; tap < taps; tap++) {
            value = f32x4.pmax(value, v128.load(from + load<i32>(offsets + (<usize>tap << 2))));
          }
        } else {
          for (let tap = 1; tap < taps; tap++) {
            value = f32x4.add(value, v128.load(from + load<i32>(offsets + (<usize>tap << 2))));
          }
          value = f32x4.div(value, v128.load(counts + to));
        }
        v128.store(y + c * yPlane + to, value);
      }
    }
  }
}

/** Every second pixel of every second row, from `first` on. */
export function stride(
  x: usize, xPlane: usize, channels: i32, width: i32, first: i32, rows: i32, columns: i32, y: usize, yPlane: usize,
): void {
  for (let c: usize = 0; c < <usize>channels; c++) {
    for (let i = 0; i < rows; i++) {
      let from = x + c * xPlane + (<usize>((2 * i + first) * width + first) << 2);
      let to = y + c * yPlane + (<usize>(i * columns) << 2);
      for (let j = 0; j < columns; j++) {
        store<f32>(to, load<f32>(from));
        from += 8;
        to += 4;
      }
    }
  }
}

/** The same of bits, `bytes` byte planes. */
export function strideBits(
  x: usize, xPlane: usize, bytes: i32, width: i32, first: i32, rows: i32, columns: i32, y: usize, yPlane: usize,
): void {
  for (let c: usize = 0; c < <usize>bytes; c++) {
    for (let i = 0; i < rows; i++) {
      let from = x + c * xPlane + <usize>((2 * i + first) * width + first);
      let to = y + c * yPlane + <usize>(i * columns);
      for (let j = 0; j < columns; j++) {
        store<u8>(to, load<u8>(from));
        from += 2;
        to += 1;
      }
    }
  }
}
