export { readArchive, writeArchive } from "./archive.js";
export { type Followed, follow, followAll } from "./followed.js";
export { type Amount, type Collected, collectGarbage } from "./garbage/collect-garbage.js";
export { lastCheckpoint } from "./garbage/garbage.js";
export { checkpointsIn, removeCheckpoints } from "./garbage/remove-checkpoints.js";
export { restoreFacts } from "./restore-facts.js";
export { findFacts, readSearchFacts } from "./search-facts.js";
