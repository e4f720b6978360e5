// Sums of numbers by signs over channels. The 16 sums that 4 channels can give are made once for 16 pixels; an output then adds one of them
// for every 4 channels.

/** Bytes of a sum of 16 pixels. */
const SUM: usize = 64;

@inline
function storeSums(table: usize, p: v128, m: v128, q: v128, r: v128): void {
  const zero = f32x4.splat(0);
  const np = f32x4.sub(zero, p), nm = f32x4.sub(zero, m);
  // Bit 0 of the place is the sign of the first channel, 1 where it is added.
  v128.store(table, f32x4.sub(np, q));
  v128.store(table + SUM, f32x4.sub(m, q));
  v128.store(table + 2 * SUM, f32x4.sub(nm, q));
  v128.store(table + 3 * SUM, f32x4.sub(p, q));
  v128.store(table + 4 * SUM, f32x4.add(np, r));
  v128.store(table + 5 * SUM, f32x4.add(m, r));
  v128.store(table + 6 * SUM, f32x4.add(nm, r));
  v128.store(table + 7 * SUM, f32x4.add(p, r));
  v128.store(table + 8 * SUM, f32x4.sub(np, r));
  v128.store(table + 9 * SUM, f32x4.sub(m, r));
  v128.store(table + 10 * SUM, f32x4.sub(nm, r));
  v128.store(table + 11 * SUM, f32x4.sub(p, r));
  v128.store(table + 12 * SUM, f32x4.add(np, q));
  v128.store(table + 13 * SUM, f32x4.add(m, q));
  v128.store(table + 14 * SUM, f32x4.add(nm, q));
  v128.store(table + 15 * SUM, f32x4.add(p, q));
}

@inline
function channel(x: usize, xPlane: usize, channels: i32, c: i32, at: usize): v128 {
  return c < channels ? v128.load(x + <usize>c * xPlane + at) : f32x4.splat(0);
}

/**
 * factor * sum + offset by output, as planes.
 * @param w u16 [outputs][groups of 4 channels]: 64 times the place of the sum of their signs
 * @param table 1024 bytes for each group
 */
export function signSums(
  x: usize, xPlane: usize, channels: i32, pixels: i32, w: usize, outs: i32, factor: usize, offset: usize, y: usize,
  yPlane: usize, table: usize,
): void {
  const groups = (channels + 3) >> 2;
  for (let pixel = 0; pixel < pixels; pixel += 16) {
    const here = <usize>pixel << 2;
    for (let g = 0; g < groups; g++) {
      const to = table + (<usize>g << 10);
      for (let part: usize = 0; part < SUM; part += 16) {
        const c = g << 2;
        const a = channel(x, xPlane, channels, c, here + part), b = channel(x, xPlane, channels, c + 1, here + part);
        const d = channel(x, xPlane, channels, c + 2, here + part), e = channel(x, xPlane, channels, c + 3, here + part);
        storeSums(to + part, f32x4.add(a, b), f32x4.sub(a, b), f32x4.add(d, e), f32x4.sub(d, e));
      }
    }
    let at = w;
    for (let o = 0; o < outs; o++) {
      let a = f32x4.splat(0), b = a, c = a, d = a;
      let from = table;
      for (let g = 0; g < groups; g++) {
        const sum = from + <usize>load<u16>(at);
        a = f32x4.add(a, v128.load(sum));
        b = f32x4.add(b, v128.load(sum, 16));
        c = f32x4.add(c, v128.load(sum, 32));
        d = f32x4.add(d, v128.load(sum, 48));
        at += 2;
        from += 1024;
      }
      const f = v128.load32_splat(factor + (<usize>o << 2)), add = v128.load32_splat(offset + (<usize>o << 2));
      const to = y + <usize>o * yPlane + here;
      v128.store(to, f32x4.add(f32x4.mul(a, f), add));
      v128.store(to, f32x4.add(f32x4.mul(b, f), add), 16);
      v128.store(to, f32x4.add(f32x4.mul(c, f), add), 32);
      v128.store(to, f32x4.add(f32x4.mul(d, f), add), 48);
    }
  }
}
