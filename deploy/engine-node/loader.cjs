// Becomes index.cjs of the finished folder: hands over the backend of TensorFlow.js that runs on TensorFlow's libraries. tfjs-node
// asks for the whole of @tensorflow/tfjs, with a core of its own. It gets the core of the code that loads it, so that there is one
// engine, one registry of kernels and one kind of tensor in the process.
const { createHash } = require("node:crypto");
const { existsSync, readFileSync } = require("node:fs");
const path = require("node:path");
const util = require("node:util");

// Gone in Node 23; tfjs-node calls it.
util.isNullOrUndefined ??= (value) => value === null || value === undefined;

/** Adds our operations to TensorFlow, built for the widest vectors that are here. */
const ownKernels = (folder, instructionSet) => {
  const file = path.join(folder, `kernels-${instructionSet}.node`);
  if (!existsSync(file)) return null;
  require(file);
  return createHash("sha256").update(readFileSync(file)).digest("hex");
};

/**
 * @param core the module @tensorflow/tfjs-core
 * @returns a new backend, with its kernels registered under `tensorflow`, the environment that TensorFlow reads, and the
 *   SHA-256 of our own operations in TensorFlow, null where this processor is too old for them
 */
module.exports = (core) => {
  // biome-ignore lint/correctness/noUndeclaredDependencies: the folder has a stand-in for it (build.js)
  Object.assign(require("@tensorflow/tfjs"), core);
  const root = path.join(__dirname, "tfjs-node");
  const environment = require(path.join(root, "lib", "napi-v8", "environment.node")); // Before the libraries start.
  const { NodeJSKernelBackend } = require(path.join(root, "dist", "nodejs_kernel_backend.js"));
  require(path.join(root, "dist", "register_all_kernels.js"));
  const binding = require(path.join(root, "lib", "napi-v8", "tfjs_binding.node"));
  const kernels = ownKernels(path.join(root, "lib", "napi-v8"), environment.instructionSet); // After the libraries.
  const backend = new NodeJSKernelBackend(binding, require(path.join(root, "package.json")).name);
  return { backend, environment: { ...environment }, kernels };
};
