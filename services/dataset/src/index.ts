export { dataset } from "./service.js";
