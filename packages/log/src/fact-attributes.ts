import { type Fact, keyFields, type Recorded, requestKindOf, rowOf, searchIdOf } from "@bnas/search";
import type { Attributes } from "@bnas/telemetry";

/** What a job is called that a fact asks for: the name of its span, and `bnas.job.kind` of its metrics. */
export const jobKind = ({ kind }: Pick<Fact, "kind">): string => rowOf(kind).span ?? kind;

/** Which fact of which search it is: the search and the fields of the key. */
export const placeOf = ({ subject, fact }: Pick<Recorded, "subject" | "fact">): Attributes => ({
  "bnas.search": searchIdOf(subject),
  ...Object.fromEntries(Object.entries(keyFields(fact)).map(([name, value]) => [`bnas.${name}`, value])),
});

/** The images that a fact says a job has seen, and the kind of that job. */
export const imagesOf = (fact: Fact): { readonly images: number; readonly job: string } | undefined => {
  const { images: field } = rowOf(fact.kind);
  const request = requestKindOf(fact.kind);
  const images = Object.entries(fact).find(([name]) => name === field)?.[1];
  return request === undefined || typeof images !== "number" ? undefined : { images, job: jobKind({ kind: request }) };
};
