export { concurrently } from "./concurrently.js";
export { makeDirectory, syncDirectory } from "./durable-directory.js";
export { checkSha256, isSha256, SHA256_DIGITS, sha256Of } from "./sha256.js";
