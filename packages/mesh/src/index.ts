export { type Facts, openFacts, openLog, openStore } from "./open.js";
export { meshSettings, shareFacts } from "./settings.js";
