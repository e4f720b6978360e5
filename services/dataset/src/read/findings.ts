import { type InvalidInput, invalidInput } from "@bnas/errors";
import { shown } from "../files/shown.js";

/** Something in a dataset that cannot be used. `is`: what it is, after the name. `fix`: a sentence, or a command that fixes it. */
export type Finding = { readonly file: string; readonly is: string; readonly fix: string };

/** What the bytes of a file are, as a finding. */
export const findingOf = (file: string, { is }: { readonly is: string }, fix: string): Finding => ({
  file,
  is: `is ${is}`,
  fix,
});

/** As far as a message goes: what crosses the wire is cut after 400 characters. */
const LONGEST_FIX = 240;

/**
 * The refusal of a dataset for what was found in it: the first by name, with how many more there are.
 * @param found is not empty
 */
export const refused = (uri: string, allowed: string, found: readonly Finding[]): InvalidInput => {
  const [first = { file: uri, is: "cannot be used", fix: "" }] = found;
  const others = found.length > 1 ? ` (${found.length - 1} more are named by \`bnas data check\`)` : "";
  const fix = first.fix.length <= LONGEST_FIX ? first.fix : "`bnas data check` prints how to fix it.";
  return invalidInput("dataset", uri, allowed, `${shown(first.file)} ${first.is}${others}. ${fix}`.trim());
};
