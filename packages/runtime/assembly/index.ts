export { convolve, depthwise } from "./convolve";
export { depthwiseBits } from "./depthwise-bits";
export { add, affine, pad, pool, relu, stride, strideBits } from "./planes";
export { signSums } from "./sign-sums";
export { packSigns, unpackSigns } from "./signs";
export { xnorAffine, xnorThreshold } from "./xnor";
