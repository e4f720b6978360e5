export { concurrently } from "./concurrently.js";
export { makeDirectory, syncDirectory } from "./durable-directory.js";
export { checkSha256, isSha256, sha256Digits, sha256Of } from "./sha256.js";
