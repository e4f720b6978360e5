export { operator } from "./service.js";
