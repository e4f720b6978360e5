export { openLog, openStore } from "./open.js";
