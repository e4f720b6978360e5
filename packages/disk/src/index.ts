export { concurrently } from "./concurrently.js";
export { makeDirectory, makeFolders, syncDirectory } from "./durable-directory.js";
export { exposedSecret } from "./exposed-secret.js";
export { FileInUse } from "./file-in-use.js";
export { freeBytes } from "./free-bytes.js";
export { type InputFile, LARGEST_FILE, readInputFile, readInputFileSync, readInputText } from "./input-file.js";
export { checkSha256, isSha256, SHA256_DIGITS, sha256Of } from "./sha256.js";
