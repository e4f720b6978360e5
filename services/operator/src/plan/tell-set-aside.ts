import type { MeshSearch } from "../see/mesh-view.js";
import type { Conditions } from "../status/condition-list.js";

/** Say in the condition FactsReadable whether messages on the subjects of a search are no facts. Not a word where there never were any. */
export const tellSetAside = (conditions: Conditions, { quarantined = 0 }: MeshSearch): void => {
  if (quarantined > 0) {
    const what = quarantined === 1 ? "1 message on its subjects is no fact" : `${quarantined} messages are no facts`;
    conditions.set("FactsReadable", "SetAside", what);
  } else if (conditions.reason("FactsReadable") !== undefined) conditions.set("FactsReadable", "AllRead", "");
};
