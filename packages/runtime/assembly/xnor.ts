// Sums of products of signs over channels and taps: the number of terms less twice the number of products that are -1, which are
// counted 8 channels of 16 pixels at a time.

/** Bytes that can be counted in 8 bits: 31 * 8 < 256. */
const MOST: i32 = 31;

@inline
function low(counts: v128): v128 {
  return i16x8.extend_low_i8x16_u(counts);
}

@inline
function high(counts: v128): v128 {
  return i16x8.extend_high_i8x16_u(counts);
}

/**
 * For 16 pixels and 4 outputs, how many products are -1: 8 vectors of 16 bits at `counts`.
 * @param w [taps][bytes][4 outputs]
 * @param mask 0, or [taps][pixels] of 255 where the tap lies in the image and 0 where not
 */
@inline
function count4(
  x: usize, xPlane: usize, bytes: i32, taps: i32, offsets: usize, mask: usize, maskPlane: usize, w: usize, counts: usize,
): void {
  let l0 = i16x8.splat(0), h0 = l0, l1 = l0, h1 = l0, l2 = l0, h2 = l0, l3 = l0, h3 = l0;
  let at = w;
  for (let tap = 0; tap < taps; tap++) {
    let from = x + (offsets == 0 ? 0 : load<i32>(offsets + (<usize>tap << 2)));
    const inside = mask == 0 ? i8x16.splat(-1) : v128.load(mask + <usize>tap * maskPlane);
    let left = bytes;
    while (left > 0) {
      const now = min(left, MOST);
      let a0 = i8x16.splat(0), a1 = a0, a2 = a0, a3 = a0;
      for (let i = 0; i < now; i++) {
        const v = v128.load(from);
        a0 = i8x16.add(a0, i8x16.popcnt(v128.and(inside, v128.xor(v, v128.load8_splat(at)))));
        a1 = i8x16.add(a1, i8x16.popcnt(v128.and(inside, v128.xor(v, v128.load8_splat(at, 1)))));
        a2 = i8x16.add(a2, i8x16.popcnt(v128.and(inside, v128.xor(v, v128.load8_splat(at, 2)))));
        a3 = i8x16.add(a3, i8x16.popcnt(v128.and(inside, v128.xor(v, v128.load8_splat(at, 3)))));
        from += xPlane;
        at += 4;
      }
      l0 = i16x8.add(l0, low(a0));
      h0 = i16x8.add(h0, high(a0));
      l1 = i16x8.add(l1, low(a1));
      h1 = i16x8.add(h1, high(a1));
      l2 = i16x8.add(l2, low(a2));
      h2 = i16x8.add(h2, high(a2));
      l3 = i16x8.add(l3, low(a3));
      h3 = i16x8.add(h3, high(a3));
      left -= now;
    }
  }
  v128.store(counts, l0);
  v128.store(counts, h0, 16);
  v128.store(counts, l1, 32);
  v128.store(counts, h1, 48);
  v128.store(counts, l2, 64);
  v128.store(counts, h2, 80);
  v128.store(counts, l3, 96);
  v128.store(counts, h3, 112);
}

@inline
function sums(terms: v128, counts: usize): v128 {
  return i16x8.sub(terms, i16x8.shl(v128.load(counts), 1));
}

@inline
function scaled(four: v128, factor: v128, offset: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(four), factor), offset);
}

/**
 * factor * sum + offset by output, as planes.
 * @param w [outputs / 4][taps][bytes][4 outputs], zeros beyond the last
 * @param terms i16 [pixels]: products in each sum
 * @param scratch 128 bytes
 */
export function xnorAffine(
  x: usize, xPlane: usize, bytes: i32, pixels: i32, taps: i32, offsets: usize, mask: usize, w: usize, outs: i32,
  terms: usize, factor: usize, offset: usize, y: usize, yPlane: usize, scratch: usize,
): void {
  const panel = <usize>(taps * bytes) << 2;
  for (let p = 0; p < pixels; p += 16) {
    const here = mask == 0 ? <usize>0 : mask + <usize>p;
    const tl = v128.load(terms + (<usize>p << 1)), th = v128.load(terms + (<usize>p << 1), 16);
    let panels = w;
    for (let first = 0; first < outs; first += 4) {
      count4(x + p, xPlane, bytes, taps, offsets, here, <usize>pixels, panels, scratch);
      panels += panel;
      const count = min(4, outs - first);
      for (let j = 0; j < count; j++) {
        const o = <usize>(first + j);
        const counts = scratch + (<usize>j << 5);
        const l = sums(tl, counts), h = sums(th, counts + 16);
        const f = v128.load32_splat(factor + (o << 2)), add = v128.load32_splat(offset + (o << 2));
        const to = y + o * yPlane + (<usize>p << 2);
        v128.store(to, scaled(i32x4.extend_low_i16x8_s(l), f, add));
        v128.store(to, scaled(i32x4.extend_high_i16x8_s(l), f, add), 16);
        v128.store(to, scaled(i32x4.extend_low_i16x8_s(h), f, add), 32);
        v128.store(to, scaled(i32x4.extend_high_i16x8_s(h), f, add), 48);
      }
    }
  }
}

/**
 * Bits that say where a sum is not below the threshold of its output.
 * @param thresholds i16 [outputs, a multiple of 8], 32767 beyond the last
 */
export function xnorThreshold(
  x: usize, xPlane: usize, bytes: i32, pixels: i32, taps: i32, offsets: usize, mask: usize, w: usize, outs: i32,
  terms: usize, thresholds: usize, y: usize, yPlane: usize, scratch: usize,
): void {
  const panel = <usize>(taps * bytes) << 2;
  for (let p = 0; p < pixels; p += 16) {
    const here = mask == 0 ? <usize>0 : mask + <usize>p;
    const tl = v128.load(terms + (<usize>p << 1)), th = v128.load(terms + (<usize>p << 1), 16);
    let panels = w;
    let bits = i8x16.splat(0);
    for (let first = 0; first < outs; first += 4) {
      count4(x + p, xPlane, bytes, taps, offsets, here, <usize>pixels, panels, scratch);
      panels += panel;
      for (let j = 0; j < 4; j++) {
        const counts = scratch + (<usize>j << 5);
        const least = v128.load16_splat(thresholds + (<usize>(first + j) << 1));
        const l = i16x8.ge_s(sums(tl, counts), least), h = i16x8.ge_s(sums(th, counts + 16), least);
        const bit = i8x16.splat(<i8>1 << <i8>((first + j) & 7));
        bits = v128.or(bits, v128.and(i8x16.narrow_i16x8_s(l, h), bit));
      }
      if ((first & 4) != 0 || first + 4 >= outs) {
        v128.store(y + <usize>(first >> 3) * yPlane + p, bits);
        bits = i8x16.splat(0);
      }
    }
  }
}
