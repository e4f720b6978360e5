export type { Lead } from "./lead.js";
export { LeadAlone } from "./lead-alone.js";
