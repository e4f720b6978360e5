export { type CheckReport, checkDataset } from "./check/check-dataset.js";
export { decodeImage } from "./read/decode-image.js";
export { encodeImage } from "./read/encode-image.js";
export { dataset } from "./service.js";
