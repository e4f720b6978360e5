export { concurrently } from "./concurrently.js";
export { makeDirectory, syncDirectory } from "./durable-directory.js";
export { isUnavailable, MeshError } from "./mesh-error.js";
export { asNoRoom, NoRoom } from "./no-room.js";
export { checkSha256, isSha256, sha256Of } from "./sha256.js";
export { systemErrorCode } from "./system-error.js";
