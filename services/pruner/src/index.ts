export { pruner } from "./service.js";
