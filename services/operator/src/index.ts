export { type OperatorConfig, operatorConfig } from "./config.js";
export { startOperator } from "./service.js";
