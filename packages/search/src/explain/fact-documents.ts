import type { Fact, Recorded } from "../facts/facts.js";
import { record } from "../facts/record.js";
import { spellingsOf, spellKey } from "../facts/spelling.js";
import { PREFIX } from "../facts/subjects.js";
import { FACT_KINDS, type FactKind, rowOf } from "../facts/table.js";
import { darts } from "../space/darts.js";
import { edgePlaces } from "../space/per-edge.js";

// What docs/facts.md says of each kind of fact, made of the rows of the table.

/** The letters of the paper for the numbers in a subject. */
const LETTERS: Readonly<Record<string, string>> = {
  round: "r",
  pass: "t",
  sample: "k",
  epoch: "e",
  model: "m",
  control: "n",
  repeat: "n",
};
const TIME = "2025-06-01T09:30:00.000Z";
const WIDTH = 125;

/** The kinds at a glance, and a section for each: Markdown. */
export const factKinds = (): string => [overview(), ...FACT_KINDS.map(section)].join("\n\n");

const overview = (): string => {
  const rows = FACT_KINDS.map((kind) => {
    const { writer, alsoBy = [], asks, computed } = rowOf(kind);
    const answered = asks === undefined ? "" : `\`${asks}\``;
    const subjects = tails(kind).map((tail) => `\`${tail}\``);
    return [`\`${kind}\``, subjects.join(", "), [writer, ...alsoBy].join(", "), answered, computed ? "yes" : ""];
  });
  const head = ["kind", `subject, after \`${PREFIX}<id>.\``, "written by", "asks for", "replay decides it again"];
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
};

const section = (kind: FactKind): string => {
  const { writer, means, example } = rowOf(kind);
  const subjects = tails(kind).map((tail) => `\`${PREFIX}<id>.${tail}\``);
  const text = wrapped(`Written by the ${writer} on ${subjects.join(" or ")}. ${means}`);
  // An example is a fact of its kind, which a test holds it to.
  const recorded = record("bnas-0", { kind, ...example } as Fact, writer, TIME);
  return `### \`${kind}\`\n\n${text}\n\n\`\`\`json\n${printed(recorded)}\n\`\`\``;
};

const tails = (kind: FactKind): readonly string[] =>
  spellingsOf(rowOf(kind).key).map(({ text }) => spellKey(text, (name) => `<${LETTERS[name] ?? name}>`));

const wrapped = (text: string): string => {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines.pop() ?? "";
    if (line === "") lines.push(word);
    else if (line.length + 1 + word.length > WIDTH) lines.push(line, word);
    else lines.push(`${line} ${word}`);
  }
  return lines.join("\n");
};

/** A fact as JSON with a line for each field. The formatter breaks what is too long for one. */
const printed = ({ fact, ...rest }: Recorded): string => {
  const fields = (value: object) =>
    Object.entries(shortened(value)).map(([name, part]) => `"${name}": ${JSON.stringify(part)}`);
  return `{\n${fields(rest).join(",\n")},\n"fact": {\n${fields(fact).join(",\n")}\n}\n}`;
};

/** Examples are of the space of DARTS, whose two cells have equally many edges. */
const EDGES = edgePlaces(darts).length / 2;

/** Of what is the same on every edge the first alone. */
const shortened = (value: unknown): object =>
  JSON.parse(JSON.stringify(value), (_, part) => {
    if (!Array.isArray(part) || part.length !== EDGES) return part;
    const [first, ...others] = part.map((one) => JSON.stringify(one));
    return others.every((other) => other === first) ? [part[0], `... ${EDGES} edges`] : part;
  });
