export { decodeImage } from "./read/decode-image.js";
export { dataset } from "./service.js";
