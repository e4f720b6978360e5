import { FACT_KINDS, type Fact, type FactKind, mayWrite, subjectOf, type Writer } from "@bnas/search";

/** The subjects of a kind of fact, of every search, as NATS patterns: `*` for the id of the search and for each number. */
const subjectsOf = (kind: FactKind): readonly string[] => [
  ...new Set(
    (["warmup", "settle"] as const).map((stage) => {
      const numbers = { stage, epoch: 1, round: 1, pass: 1, sample: 1, control: 1 };
      // A subject is made of the kind and the numbers; the rest of a fact is not looked at.
      const subject = subjectOf("x", { kind, ...numbers } as unknown as Fact);
      const [bnas, search, , ...rest] = subject.split(".");
      return [bnas, search, "*", ...rest.map((token) => (/^\d+$/.test(token) ? "*" : token))].join(".");
    }),
  ),
];

/** Every subject that a writer writes, as NATS patterns: from the same table that refuses its other facts in this program. */
export const subjectsBy = (writer: Writer): readonly string[] => [
  ...new Set(FACT_KINDS.filter((kind) => mayWrite(writer, kind)).flatMap(subjectsOf)),
];
