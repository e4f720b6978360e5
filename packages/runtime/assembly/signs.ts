// Between planes of numbers and bits.

@inline
function atLeastZero(x: usize): v128 {
  const zero = f32x4.splat(0);
  const a = i16x8.narrow_i32x4_s(f32x4.ge(v128.load(x), zero), f32x4.ge(v128.load(x, 16), zero));
  const b = i16x8.narrow_i32x4_s(f32x4.ge(v128.load(x, 32), zero), f32x4.ge(v128.load(x, 48), zero));
  return i8x16.narrow_i16x8_s(a, b);
}

/** The signs of planes as bits. */
export function packSigns(x: usize, xPlane: usize, channels: i32, pixels: i32, y: usize, yPlane: usize): void {
  for (let first = 0; first < channels; first += 8) {
    const count = min(8, channels - first);
    for (let p = 0; p < pixels; p += 16) {
      let bits = i8x16.splat(0);
      for (let j = 0; j < count; j++) {
        const found = atLeastZero(x + <usize>(first + j) * xPlane + (<usize>p << 2));
        bits = v128.or(bits, v128.and(found, i8x16.splat(<i8>1 << <i8>j)));
      }
      v128.store(y + <usize>(first >> 3) * yPlane + p, bits);
    }
  }
}

/** Bits as planes of +1 and -1. */
export function unpackSigns(x: usize, xPlane: usize, channels: i32, pixels: i32, y: usize, yPlane: usize): void {
  for (let c = 0; c < channels; c++) {
    for (let p = 0; p < pixels; p++) {
      const bit = (load<u8>(x + <usize>(c >> 3) * xPlane + p) >> <u8>(c & 7)) & 1;
      store<f32>(y + <usize>c * yPlane + (<usize>p << 2), bit ? 1 : -1);
    }
  }
}
