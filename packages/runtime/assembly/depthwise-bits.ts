// Depthwise sums of products of signs and their comparison with a threshold, without a number: 128 counters at once (16 pixels of 8
// channels), the bits of each in vectors of their own.

/** Where the product of a tap is +1 and the tap lies in the image. */
@inline
function tapAt(x: usize, offsets: usize, mask: usize, maskPlane: usize, w: usize, tap: i32): v128 {
  const v = v128.load(x + load<i32>(offsets + (<usize>tap << 2)));
  return v128.andnot(v128.load(mask + <usize>tap * maskPlane), v128.xor(v, v128.load8_splat(w + tap)));
}

/** The carry of a sum of three bits, of which `u` is the sum of the first two. */
@inline
function carry(a: v128, b: v128, u: v128, c: v128): v128 {
  return v128.or(v128.and(a, b), v128.and(u, c));
}

/** Where a number is not below another, by their bits: after this one if `before` says so of the lower ones. */
@inline
function notBelow(a: v128, limit: usize, before: v128): v128 {
  const b = v128.load8_splat(limit);
  return v128.or(v128.andnot(a, b), v128.andnot(before, v128.xor(a, b)));
}

/**
 * Twice the products that are +1, plus the taps outside the image, are the sum plus the number of taps: that is compared.
 * @param taps 9 or 25
 * @param mask [taps][pixels]: 255 where the tap lies in the image, 0 where not
 * @param outside [5][pixels]: the bits of the number of taps outside, each as 255 or 0
 * @param w [groups][taps], the signs of 8 channels a byte
 * @param limits [groups][6]: the bits of the number that is not to be below, of 8 channels a byte
 */
export function depthwiseBits(
  x: usize, xPlane: usize, groups: i32, pixels: i32, taps: i32, offsets: usize, mask: usize, outside: usize, w: usize,
  limits: usize, y: usize, yPlane: usize,
): void {
  const plane = <usize>pixels;
  for (let g = 0; g < groups; g++) {
    const from = x + <usize>g * xPlane;
    const signs = w + <usize>(g * taps);
    const limit = limits + <usize>(g * 6);
    for (let p: usize = 0; p < plane; p += 16) {
      let ones = i8x16.splat(0), twos = ones, fours = ones, eights = ones, sixteens = ones;
      const at = from + p, here = mask + p;
      let tap = 0;
      for (; tap + 8 <= taps; tap += 8) {
        let a = tapAt(at, offsets, here, plane, signs, tap), b = tapAt(at, offsets, here, plane, signs, tap + 1);
        let u = v128.xor(ones, a);
        let twosA = carry(ones, a, u, b);
        ones = v128.xor(u, b);
        a = tapAt(at, offsets, here, plane, signs, tap + 2);
        b = tapAt(at, offsets, here, plane, signs, tap + 3);
        u = v128.xor(ones, a);
        let twosB = carry(ones, a, u, b);
        ones = v128.xor(u, b);
        u = v128.xor(twos, twosA);
        const foursA = carry(twos, twosA, u, twosB);
        twos = v128.xor(u, twosB);
        a = tapAt(at, offsets, here, plane, signs, tap + 4);
        b = tapAt(at, offsets, here, plane, signs, tap + 5);
        u = v128.xor(ones, a);
        twosA = carry(ones, a, u, b);
        ones = v128.xor(u, b);
        a = tapAt(at, offsets, here, plane, signs, tap + 6);
        b = tapAt(at, offsets, here, plane, signs, tap + 7);
        u = v128.xor(ones, a);
        twosB = carry(ones, a, u, b);
        ones = v128.xor(u, b);
        u = v128.xor(twos, twosA);
        const foursB = carry(twos, twosA, u, twosB);
        twos = v128.xor(u, twosB);
        u = v128.xor(fours, foursA);
        const more = carry(fours, foursA, u, foursB);
        fours = v128.xor(u, foursB);
        sixteens = v128.xor(sixteens, v128.and(eights, more));
        eights = v128.xor(eights, more);
      }
      // Of 9 and 25 one is left.
      let c = tapAt(at, offsets, here, plane, signs, tap);
      let next = v128.and(ones, c);
      ones = v128.xor(ones, c);
      c = v128.and(twos, next);
      twos = v128.xor(twos, next);
      next = v128.and(fours, c);
      fours = v128.xor(fours, c);
      c = v128.and(eights, next);
      eights = v128.xor(eights, next);
      sixteens = v128.xor(sixteens, c);
      // Twice the count, plus the taps outside.
      const out = outside + p;
      let above = notBelow(v128.load(out), limit, i8x16.splat(-1));
      let o = v128.load(out + plane);
      c = v128.and(ones, o);
      above = notBelow(v128.xor(ones, o), limit + 1, above);
      o = v128.load(out + 2 * plane);
      let u = v128.xor(twos, o);
      above = notBelow(v128.xor(u, c), limit + 2, above);
      c = carry(twos, o, u, c);
      o = v128.load(out + 3 * plane);
      u = v128.xor(fours, o);
      above = notBelow(v128.xor(u, c), limit + 3, above);
      c = carry(fours, o, u, c);
      o = v128.load(out + 4 * plane);
      u = v128.xor(eights, o);
      above = notBelow(v128.xor(u, c), limit + 4, above);
      c = carry(eights, o, u, c);
      above = notBelow(v128.xor(sixteens, c), limit + 5, above);
      v128.store(y + <usize>g * yPlane + p, above);
    }
  }
}
