// How weights enter a convolution (`xnor`: their signs, times the mean of their magnitudes after the sum) and how the
// gradient leaves it.

/** a = mean |w|, or 1 for real weights. */
export function scaleOf(w: usize, count: i32, xnor: bool): f32 {
  if (!xnor) return 1;
  let sum: f64 = 0;
  for (let i = 0; i < count; i++) sum += <f64>abs(load<f32>(w + (<usize>i << 2)));
  return <f32>(sum / <f64>count);
}

/** The weight as it is convolved with. */
@inline
export function tapOf(w: usize, index: i32, xnor: bool): f32 {
  const v = load<f32>(w + (<usize>index << 2));
  return xnor ? (v >= 0 ? <f32>1 : <f32>-1) : v;
}

/** dL/dw from dL/dw_b: times (1/n + a * 1[|w| <= 1]) for xnor. */
export function storeGradient(dw: usize, w: usize, index: i32, value: f64, count: i32, scale: f32, xnor: bool): void {
  let factor: f64 = 1;
  if (xnor) {
    factor = 1 / <f64>count;
    if (abs(load<f32>(w + (<usize>index << 2))) <= 1) factor += <f64>scale;
  }
  store<f32>(dw + (<usize>index << 2), <f32>(value * factor));
}
