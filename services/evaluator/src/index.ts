export { type EvaluatorConfig, evaluatorConfig } from "./config.js";
export { startEvaluator } from "./service.js";
