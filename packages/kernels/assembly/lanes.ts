// Vectors of 4 channels. Where channels are not a multiple of 4 the last vector of a pixel has 1 to 3 lanes in memory.

export const IDENTITY: i32 = 0;
export const RELU: i32 = 1;
export const SIGN: i32 = 2;

function loadFew(p: usize, lanes: i32): v128 {
  if (lanes == 1) return v128.load32_zero(p);
  const two = v128.load64_zero(p);
  return lanes == 2 ? two : v128.load_lane<f32>(p + 8, two, 2);
}

function storeFew(p: usize, v: v128, lanes: i32): void {
  store<f32>(p, f32x4.extract_lane(v, 0));
  if (lanes > 1) store<f32>(p + 4, f32x4.extract_lane(v, 1));
  if (lanes > 2) store<f32>(p + 8, f32x4.extract_lane(v, 2));
}

/** The first `lanes` of 4; the others are zero. */
@inline
export function loadLanes(p: usize, lanes: i32): v128 {
  return lanes >= 4 ? v128.load(p) : loadFew(p, lanes);
}

@inline
export function storeLanes(p: usize, v: v128, lanes: i32): void {
  if (lanes >= 4) v128.store(p, v);
  else storeFew(p, v, lanes);
}

/** What a convolution sees of its input; sign is +1 for x >= 0 (also -0), -1 otherwise. */
@inline
export function mapInput(x: v128, map: i32): v128 {
  if (map == RELU) return f32x4.pmax(x, f32x4.splat(0));
  if (map == SIGN) {
    const minus = v128.andnot(i32x4.splat(0x80000000), f32x4.ge(x, f32x4.splat(0)));
    return v128.or(minus, f32x4.splat(1));
  }
  return x;
}

/** The gradient through {@link mapInput}: 1[x > 0] for relu, 1[|x| <= 1] for sign. */
@inline
export function unmapInput(dx: v128, x: v128, map: i32): v128 {
  if (map == RELU) return v128.and(dx, f32x4.gt(x, f32x4.splat(0)));
  if (map == SIGN) return v128.and(dx, f32x4.le(f32x4.abs(x), f32x4.splat(1)));
  return dx;
}

@inline
function storeUnmappedAs(g: usize, gStep: usize, x: usize, dx: usize, pixel: usize, count: i32, lanes: i32, map: i32): void {
  let from = g, o: usize = 0;
  for (let i = 0; i < count; i++) {
    storeLanes(dx + o, unmapInput(v128.load(from), loadLanes(x + o, lanes), map), lanes);
    from += gStep;
    o += pixel;
  }
}

/** Writes a gradient of `count` pixels (4 channels of each, `gStep` bytes apart) through {@link unmapInput} to dx. */
export function storeUnmapped(g: usize, gStep: usize, x: usize, dx: usize, pixel: usize, count: i32, lanes: i32, map: i32): void {
  if (lanes < 4) storeUnmappedAs(g, gStep, x, dx, pixel, count, lanes, map);
  else if (map == RELU) storeUnmappedAs(g, gStep, x, dx, pixel, count, 4, RELU);
  else if (map == SIGN) storeUnmappedAs(g, gStep, x, dx, pixel, count, 4, SIGN);
  else storeUnmappedAs(g, gStep, x, dx, pixel, count, 4, IDENTITY);
}

/** acc (4 doubles in 32 bytes) += v. */
export function addToDoubles(acc: usize, v: v128): void {
  v128.store(acc, f64x2.add(v128.load(acc), f64x2.promote_low_f32x4(v)));
  const high = v128.shuffle<i64>(v, v, 1, 0);
  v128.store(acc, f64x2.add(v128.load(acc, 16), f64x2.promote_low_f32x4(high)), 16);
}
