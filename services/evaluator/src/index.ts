export { type EvaluatorAlone, evaluatorAlone } from "./compute.js";
export { evaluator } from "./service.js";
