import type { Consumer } from "../form/consumer.js";
import { programConsumer, programPath } from "./program-consumer.js";

/**
 * onnxruntime of npm, native or as WebAssembly, as a user's own program imports it. It is no dependency of ours.
 * @param folder from which it is imported: where its `node_modules` lies, or one above
 */
export const nodeConsumer = (name: "onnxruntime-node" | "onnxruntime-web", folder: string): Consumer =>
  programConsumer(name, [process.execPath, programPath("run_onnxruntime.js"), name, folder]);
