import { lower, withThresholds } from "@bnas/model";
import { aboutOf } from "../form/about.js";
import type { ExportFormat } from "../form/exported.js";
import { floatDialect } from "../onnx/float-dialect.js";
import { int2Dialect } from "../onnx/int2-dialect.js";
import { onnxModel } from "../onnx/onnx-model.js";
import { pythonConsumer } from "../proof/python-consumer.js";

/** ONNX of standard operators alone: opset 25 is the first that can hold weights of two bits. */
export const onnx: ExportFormat = {
  name: "onnx",
  opsets: [int2Dialect.opset, floatDialect.opset],
  graph: (model) => withThresholds(lower(model)),
  write: (model, graph, { opset }) =>
    onnxModel(graph, opset === floatDialect.opset ? floatDialect : int2Dialect, aboutOf(model)),
  consumers: (python) => [pythonConsumer("onnxruntime", "run_onnxruntime.py", python)],
};
