import { compact, lower, withThresholds } from "@bnas/model";
import { aboutOf } from "../form/about.js";
import type { ExportFormat } from "../form/exported.js";
import { floatDialect } from "../onnx/float-dialect.js";
import { int2Dialect } from "../onnx/int2-dialect.js";
import { onnxModel } from "../onnx/onnx-model.js";
import { nodeConsumer } from "../proof/node-consumer.js";
import { pythonConsumer } from "../proof/python-consumer.js";

/**
 * ONNX of standard operators alone. Opset 25 is the first that has INT2: in it weights take a bit, and other numbers 16. That of float32
 * is for older runtimes.
 */
export const onnx: ExportFormat = {
  name: "onnx",
  opsets: [int2Dialect.opset, floatDialect.opset],
  graph: (model) => withThresholds(lower(model)),
  rounded: (graph, { opset }) => (opset === floatDialect.opset ? graph : compact(graph)),
  write: (model, graph, { opset }) =>
    onnxModel(graph, opset === floatDialect.opset ? floatDialect : int2Dialect, aboutOf(model)),
  consumers: ({ python, folder }) => [
    pythonConsumer("onnxruntime", "run_onnxruntime.py", python),
    nodeConsumer("onnxruntime-node", folder),
    nodeConsumer("onnxruntime-web", folder),
  ],
};
