import { lower, withThresholds } from "@bnas/model";
import { aboutOf } from "../form/about.js";
import type { ExportFormat } from "../form/exported.js";
import { onnxModel } from "../onnx/onnx-model.js";
import { qonnxDialect } from "../onnx/qonnx-dialect.js";
import { pythonConsumer } from "../proof/python-consumer.js";

/** QONNX, for FINN and hls4ml. */
export const qonnx: ExportFormat = {
  name: "qonnx",
  opsets: [],
  graph: (model) => withThresholds(lower(model)),
  write: (model, graph) => onnxModel(graph, qonnxDialect, aboutOf(model)),
  consumers: ({ python }) => [pythonConsumer("qonnx", "run_qonnx.py", python)],
};
