import { type InvalidInput, invalidInput } from "@bnas/errors";
import { shown } from "../files/shown.js";

/** Something in a dataset that cannot be used. `is`: what it is, after the name. `fix`: a sentence, or a command that fixes it. */
export type DataFinding = { readonly file: string; readonly is: string; readonly fix: string };

/** What the bytes of a file are, as a finding. */
export const findingOf = (file: string, { is }: { readonly is: string }, fix: string): DataFinding => ({
  file,
  is: `is ${is}`,
  fix,
});

/** The cause of a refusal: all that was found. */
class Found {
  readonly findings: readonly DataFinding[];

  constructor(findings: readonly DataFinding[]) {
    this.findings = findings;
  }
}

/** What a refusal found, one sentence each, with all of what fixes it; undefined: it is a refusal of another kind. */
export const linesOf = ({ cause }: InvalidInput): readonly string[] | undefined =>
  cause instanceof Found ? cause.findings.map(findingLine) : undefined;

/** As far as a message goes: what crosses the wire is cut after 400 characters. */
const LONGEST_FIX = 240;

/** One finding as a sentence, with all of what fixes it. */
const findingLine = ({ file, is, fix }: DataFinding): string => `${shown(file)} ${is}. ${fix}`.trim();

/**
 * The refusal of a dataset for what was found in it: the first by name, with how many more there are.
 * @param found is not empty
 */
export const refused = (uri: string, allowed: string, found: readonly DataFinding[]): InvalidInput => {
  const [first = { file: uri, is: "cannot be used", fix: "" }] = found;
  const others = found.length > 1 ? ` (${found.length - 1} more are named by \`bnas data check\`)` : "";
  const fix = first.fix.length <= LONGEST_FIX ? first.fix : "`bnas data check` prints how to fix it.";
  const hint = `${shown(first.file)} ${first.is}${others}. ${fix}`.trim();
  return invalidInput("dataset", uri, allowed, hint, { cause: new Found(found) });
};
