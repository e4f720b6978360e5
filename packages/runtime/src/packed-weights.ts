// Weights in the order in which the kernels read them.

const element = (values: ArrayLike<number>, index: number): number => values[index] ?? 0;

/** Groups of so many, the last of which may have fewer. */
export const groupsOf = (count: number, size: number): number => Math.ceil(count / size);

/** Calls `f` with the place of every element of [taps, ins, outs], row-major. A million of them is usual. */
const eachWeight = (
  taps: number,
  ins: number,
  outs: number,
  f: (index: number, tap: number, c: number, o: number) => void,
): void => {
  let index = 0;
  for (let tap = 0; tap < taps; tap++) {
    for (let c = 0; c < ins; c++) for (let o = 0; o < outs; o++) f(index++, tap, c, o);
  }
};

/** Signs [taps, ins, outs] as bits: [outs / 4][taps][ins / 8][4 outputs]. */
export const xnorWeights = (signs: Int8Array, taps: number, ins: number, outs: number): Uint8Array => {
  const bytes = groupsOf(ins, 8);
  const packed = new Uint8Array(groupsOf(outs, 4) * taps * bytes * 4);
  eachWeight(taps, ins, outs, (index, tap, c, o) => {
    if (element(signs, index) < 0) return;
    const at = (((o >> 2) * taps + tap) * bytes + (c >> 3)) * 4 + (o & 3);
    packed[at] = element(packed, at) | (1 << (c & 7));
  });
  return packed;
};

/** Signs [taps, channels] as bits: [channels / 8][taps]. */
export const depthwiseSigns = (signs: Int8Array, taps: number, channels: number): Uint8Array => {
  const packed = new Uint8Array(groupsOf(channels, 8) * taps);
  for (let i = 0; i < signs.length; i++) {
    const [tap, c] = [Math.floor(i / channels), i % channels];
    const at = (c >> 3) * taps + tap;
    if (element(signs, i) > 0) packed[at] = element(packed, at) | (1 << (c & 7));
  }
  return packed;
};

/** Of each channel the number that twice the products of +1, and the taps outside, are not to be below: its 6 bits, [channels / 8][6]. */
export const depthwiseLimits = (thresholds: ArrayLike<number>, taps: number, channels: number): Uint8Array => {
  const most = 63;
  const packed = new Uint8Array(groupsOf(channels, 8) * 6);
  for (let c = 0; c < groupsOf(channels, 8) * 8; c++) {
    // Channels that do not exist are never above: their bits stay 0.
    const limit = c < channels ? Math.min(most, Math.max(0, element(thresholds, c) + taps)) : most;
    for (let bit = 0; bit < 6; bit++) {
      const at = (c >> 3) * 6 + bit;
      if ((limit >> bit) & 1) packed[at] = element(packed, at) | (1 << (c & 7));
    }
  }
  return packed;
};

/** Signs [ins, outs] as places in a table of sums: [outs][ins / 4]. */
export const signSumPlaces = (signs: ArrayLike<number>, ins: number, outs: number): Uint16Array => {
  const groups = groupsOf(ins, 4);
  const places = new Uint16Array(outs * groups);
  eachWeight(1, ins, outs, (index, _, c, o) => {
    const at = o * groups + (c >> 2);
    if (element(signs, index) > 0) places[at] = element(places, at) + 64 * (1 << (c & 3));
  });
  return places;
};

/** Numbers [taps, ins, outs] as [outs / 4][taps][ins][4 outputs]. */
export const convolutionWeights = (w: ArrayLike<number>, taps: number, ins: number, outs: number): Float32Array => {
  const packed = new Float32Array(groupsOf(outs, 4) * taps * ins * 4);
  eachWeight(taps, ins, outs, (index, tap, c, o) => {
    packed[(((o >> 2) * taps + tap) * ins + c) * 4 + (o & 3)] = element(w, index);
  });
  return packed;
};

/** Numbers [taps, channels] as [channels][taps]. */
export const depthwiseWeights = (w: ArrayLike<number>, taps: number, channels: number): Float32Array =>
  Float32Array.from({ length: taps * channels }, (_, i) => element(w, (i % taps) * channels + Math.floor(i / taps)));
