import { fault, invalidInput, setting, text } from "@bnas/errors";
import { isOwner } from "@bnas/search";

/**
 * On whose account a search is opened: that of the caller's token, or of whom it names. Undefined: of no one.
 * @param named the field `owner` of the request @param caller the name of the caller's token; undefined: no tokens are asked for
 * @param speakers names of tokens that may name others, such as the operator's
 * @throws InvalidInput for a name that cannot be one, PERMISSION_DENIED for that of another
 */
export const ownerFor = (
  named: string,
  caller: string | undefined,
  speakers: ReadonlySet<string>,
): string | undefined => {
  if (named === "") return caller;
  if (!isOwner(named)) {
    const hint = "Leave it out to open the search on your own account.";
    throw invalidInput("owner", named, "1 to 63 letters, digits and signs, without blanks", hint);
  }
  if (caller === undefined || caller === named || speakers.has(caller)) return named;
  throw fault(
    "PERMISSION_DENIED",
    `${caller} may not open a search on the account of ${named}`,
    text`leave owner out to open it on your own account; who runs the mesh names the tokens that may in ${setting("ownersNamedBy")}`,
  );
};
