export { type Facts, openFacts, openLog, openStore } from "./open.js";
