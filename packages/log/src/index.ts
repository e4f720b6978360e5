export { jobKind, placeOf } from "./fact-attributes.js";
export { changedFields, factHash, markOf } from "./fact-hash.js";
export type { Listed } from "./fact-list.js";
export type { Appended, FactLog, Stored } from "./fact-log.js";
export { factsDamaged } from "./facts-damaged.js";
export { type FactsFile, type FactsLine, factsFileText, parseFactsFile } from "./facts-file.js";
export { FileLog } from "./file-log.js";
export { logClosed } from "./log-closed.js";
export { MemoryLog } from "./memory-log.js";
export { openedSpec } from "./opened-spec.js";
export {
  holdsSubject,
  MOST_QUARANTINED,
  opensNewerSearch,
  Quarantine,
  type Removal,
  type SetAside,
} from "./quarantine.js";
export { subjectTaken } from "./subject-taken.js";
export { deletedSubject, makesRoom, saysEnded, standingTombstone, tombstonesOf } from "./tombstone.js";
export { TracedLog } from "./traced-log.js";
export {
  isUnreadable,
  type Message,
  readMessage,
  type Unreadable,
  type UnreadableReason,
  unwanted,
} from "./unreadable.js";
export { SearchVersions } from "./version-of-search.js";
export type { LiveFacts } from "./watch-facts.js";
