export {
  type Graph,
  type GraphNode,
  type GraphOperation,
  type GraphWeights,
  IMAGE,
  type ValueShape,
} from "@bnas/runtime";
export { alphaOf } from "./alpha.js";
export { answerCosts } from "./answer-costs.js";
export { AnswerCounter, type AnswerReport } from "./answer-report.js";
export { compact } from "./compact.js";
export { parseConfig, printConfig, type TensorsFile } from "./config.js";
export { encodeBnn, sealBnn } from "./encode-bnn.js";
export { asHalves } from "./half.js";
export { lower } from "./lower.js";
export { derivedOptionsOf, inputShapeOf, type Model, networkOf } from "./model.js";
export { modelFiles, readModel, writeModel } from "./model-folder.js";
export { runGraph, runNode, type Seen, type Value } from "./run-graph.js";
export { decodeSafetensors, encodeSafetensors } from "./safetensors.js";
export { withThresholds } from "./thresholds.js";
export { isOfModel, modelFolderName, tensorsOfModel, trainedModel, trainedModels } from "./trained-model.js";
