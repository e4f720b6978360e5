// Convolutions of numbers, 8 pixels of a row at a time. A row may be written up to 7 pixels beyond its end: the next one is written after it,
// and a plane has room behind its last.

@inline
function madd(sum: v128, x: v128, w: v128): v128 {
  return f32x4.add(sum, f32x4.mul(x, w));
}

/**
 * Sums over taps and channels, in this order.
 * @param offsets i32 [taps]: bytes from a result's pixel to the one that is read, in an image with a border where taps need it
 * @param w [outputs / 4][taps][channels][4 outputs], zeros beyond the last
 */
export function convolve(
  x: usize, xPlane: usize, xRow: usize, channels: i32, rows: i32, width: i32, taps: i32, offsets: usize, w: usize,
  outs: i32, y: usize, yPlane: usize,
): void {
  const panel = <usize>(taps * channels) << 4;
  const yRow = <usize>width << 2;
  for (let first = 0; first < outs; first += 4) {
    const panels = w + <usize>(first >> 2) * panel;
    const count = outs - first;
    for (let row = 0; row < rows; row++) {
      for (let column: usize = 0; column < yRow; column += 32) {
        let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
        let at = panels;
        for (let tap = 0; tap < taps; tap++) {
          let from = x + <usize>row * xRow + column + load<i32>(offsets + (<usize>tap << 2));
          for (let c = 0; c < channels; c++) {
            const u = v128.load(from), v = v128.load(from, 16);
            let s = v128.load32_splat(at);
            a0 = madd(a0, u, s);
            a1 = madd(a1, v, s);
            s = v128.load32_splat(at, 4);
            b0 = madd(b0, u, s);
            b1 = madd(b1, v, s);
            s = v128.load32_splat(at, 8);
            c0 = madd(c0, u, s);
            c1 = madd(c1, v, s);
            s = v128.load32_splat(at, 12);
            d0 = madd(d0, u, s);
            d1 = madd(d1, v, s);
            from += xPlane;
            at += 16;
          }
        }
        let to = y + <usize>first * yPlane + <usize>row * yRow + column;
        v128.store(to, a0);
        v128.store(to, a1, 16);
        if (count > 1) {
          to += yPlane;
          v128.store(to, b0);
          v128.store(to, b1, 16);
        }
        if (count > 2) {
          to += yPlane;
          v128.store(to, c0);
          v128.store(to, c1, 16);
        }
        if (count > 3) {
          to += yPlane;
          v128.store(to, d0);
          v128.store(to, d1, 16);
        }
      }
    }
  }
}

/**
 * Each channel with a filter of its own, two rows at a time, where none is written beyond its end: there the next one is not yet written.
 * @param w [channels][taps]
 */
export function depthwise(
  x: usize, xPlane: usize, xRow: usize, channels: i32, rows: i32, width: i32, taps: i32, offsets: usize, w: usize,
  y: usize, yPlane: usize,
): void {
  const yRow = <usize>width << 2;
  const pairs = (yRow & 31) == 0;
  for (let c = 0; c < channels; c++) {
    const filter = w + (<usize>(c * taps) << 2);
    for (let row = 0; row < rows; row += pairs ? 2 : 1) {
      const more = pairs && row + 1 < rows;
      const from = x + <usize>c * xPlane + <usize>row * xRow;
      const below: usize = more ? xRow : 0;
      for (let column: usize = 0; column < yRow; column += 32) {
        let a = f32x4.splat(0), b = a, d = a, e = a;
        for (let tap = 0; tap < taps; tap++) {
          const at = from + column + load<i32>(offsets + (<usize>tap << 2));
          const s = v128.load32_splat(filter + (<usize>tap << 2));
          a = madd(a, v128.load(at), s);
          b = madd(b, v128.load(at, 16), s);
          d = madd(d, v128.load(at + below), s);
          e = madd(e, v128.load(at + below, 16), s);
        }
        const to = y + <usize>c * yPlane + <usize>row * yRow + column;
        v128.store(to, a);
        v128.store(to, b, 16);
        if (more) {
          v128.store(to + yRow, d);
          v128.store(to + yRow, e, 16);
        }
      }
    }
  }
}
