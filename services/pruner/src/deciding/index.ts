export { followSearches } from "./follow-searches.js";
export { Searches } from "./searches.js";
