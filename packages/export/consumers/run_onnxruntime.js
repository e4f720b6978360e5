// Runs an ONNX file in onnxruntime of npm. Arguments: onnxruntime-node or onnxruntime-web, a folder that has it, and a request. See README.md.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** Little-endian floats of [count, channels, height, width] from [count, height, width, channels], or back. */
const moved = (values, count, from, to) => {
  const all = new Float32Array(values.length);
  const size = from * to;
  for (let image = 0; image < count; image++) {
    for (let i = 0; i < from; i++) {
      for (let j = 0; j < to; j++) all[image * size + j * from + i] = values[image * size + i * to + j];
    }
  }
  return all;
};

const channelsLast = ({ dims, data }) =>
  dims.length === 4 ? moved(data, dims[0], dims[1], dims[2] * dims[3]) : new Float32Array(data);

const run = async (runtime, which, { model, images, shape, values, out }) => {
  const [count, height, width, channels] = shape;
  const bytes = readFileSync(images);
  const pixels = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const session = await runtime.InferenceSession.create(new Uint8Array(readFileSync(model)), {
    executionProviders: [which === "onnxruntime-web" ? "wasm" : "cpu"],
    logSeverityLevel: 3,
  });
  const planes = moved(pixels, count, height * width, channels);
  const image = new runtime.Tensor("float32", planes, [count, channels, height, width]);
  const results = await session.run({ [session.inputNames[0]]: image }, values);
  writeFileSync(out, Buffer.concat(values.map((name) => Buffer.from(channelsLast(results[name]).buffer))));
};

const main = async ([which, folder, request]) => {
  const runtime = createRequire(join(folder, "package.json"))(which);
  // One thread: WebAssembly would otherwise start workers, which a short program waits for.
  if (which === "onnxruntime-web") runtime.env.wasm.numThreads = 1;
  const version = runtime.env.versions[which.replace("onnxruntime-", "")] ?? runtime.env.versions.common;
  console.log(JSON.stringify({ [which]: version, node: process.version }));
  if (request !== undefined) await run(runtime, which, JSON.parse(readFileSync(request, "utf8")));
};

try {
  await main(process.argv.slice(2));
  process.exit(0);
} catch (error) {
  console.error(String(error?.message ?? error).split("\n")[0]);
  process.exit(1);
}
