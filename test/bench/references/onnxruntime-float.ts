import { formatOf } from "@bnas/export";
import type { Model } from "@bnas/model";
import { npmPackages, ONNXRUNTIME } from "../../consumers/npm-packages.js";
import type { Work } from "../gate/cost.js";

/** What is used of either. */
type Onnxruntime = {
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => unknown;
  readonly env: { readonly wasm: { numThreads: number } };
  readonly InferenceSession: {
    create(
      bytes: Uint8Array,
      options: object,
    ): Promise<{
      readonly inputNames: readonly string[];
      run(feeds: Readonly<Record<string, unknown>>): Promise<unknown>;
    }>;
  };
};

/**
 * A network in 32-bit numbers, by onnxruntime on one thread: the same operations, exported for opset 17.
 * @param which `onnxruntime-node` is native, `onnxruntime-web` is WebAssembly
 * @param images normalized, [images, height, width, channels]
 */
export const onnxruntimeFloat = async (
  which: keyof typeof ONNXRUNTIME,
  model: Model,
  images: Float32Array,
): Promise<Work> => {
  const packages = await npmPackages("onnxruntime", ONNXRUNTIME);
  if (packages.require === undefined) throw new Error(`${which} cannot be had${packages.missing}`);
  const { Tensor, InferenceSession, env } = packages.require(which) as Onnxruntime;
  if (which === "onnxruntime-web") env.wasm.numThreads = 1;
  const format = formatOf("onnx");
  const { files } = format.write(model, format.graph(model), { opset: 17 });
  const bytes = files.get("model.onnx");
  if (bytes === undefined || typeof bytes === "string") throw new Error("an ONNX file is bytes");
  const session = await InferenceSession.create(bytes, {
    executionProviders: [which === "onnxruntime-web" ? "wasm" : "cpu"],
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: "sequential",
  });
  const { height, width, channels } = model.input;
  const count = images.length / (height * width * channels);
  const planes = new Float32Array(images.length);
  for (let i = 0; i < images.length; i++) {
    const pixel = Math.floor(i / channels);
    const image = Math.floor(pixel / (height * width));
    planes[(image * channels + (i % channels)) * height * width + (pixel % (height * width))] = images[i] ?? 0;
  }
  const [name = ""] = session.inputNames;
  const feeds = { [name]: new Tensor("float32", planes, [count, channels, height, width]) };
  const run = async (): Promise<void> => {
    await session.run(feeds);
  };
  return { units: count, run };
};
