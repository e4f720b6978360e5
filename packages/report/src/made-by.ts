import type { Maker, Provenance } from "@bnas/search";
import { several } from "./figures.js";

/** The digest of the data in a sentence. @param now that of the dataset as it is when the report is written */
export const dataDigestSentence = ({ datasetDigest }: Provenance, now: string): string => {
  if (datasetDigest === undefined) return `${now}, of the dataset as it is now: the facts are older and do not say`;
  return datasetDigest === now ? datasetDigest : `${datasetDigest}; the dataset that is there now is another: ${now}`;
};

/** Rows of the card: the engines and the code that did the jobs. */
export const madeByRows = ({ makers, unrecorded }: Provenance): readonly (readonly [string, string])[] => {
  const alone = makers.length === 1 && unrecorded === 0;
  const silent = `${several(unrecorded, "job")}: not recorded, the facts are older and do not say`;
  if (makers.length === 0) {
    const nothing = unrecorded === 0 ? "no job was done" : silent;
    return [
      ["Code", nothing],
      ["Engine", nothing],
    ];
  }
  const of = (sentence: (maker: Maker) => string): string =>
    [
      ...makers.map((maker) => `${alone ? "" : `${several(maker.jobs, "job")}: `}${sentence(maker)}`),
      ...(unrecorded === 0 ? [] : [silent]),
    ].join("; ");
  return [
    ["Code", of(({ code }) => `bnas ${code.version}`)],
    ["Code digest", of(({ code }) => code.digest)],
    ["Engine", of(({ engine }) => [engine.name, ...versionsOf(engine)].join(", "))],
    ["Engine digest", of(({ engine }) => engine.digest)],
  ];
};

const versionsOf = ({ versions }: Maker["engine"]): readonly string[] =>
  Object.entries(versions).map(([name, version]) => `${name} ${version}`);

/** The warning for a search whose jobs were not all done alike; undefined where they were, as far as is recorded. */
export const unlikeMakers = ({ makers }: Provenance): string | undefined => {
  if (makers.length < 2) return undefined;
  const number = (digests: readonly string[]) => new Set(digests).size;
  const engines = number(makers.map(({ engine }) => engine.digest));
  const codes = number(makers.map(({ code }) => code.digest));
  const what = [
    ...(engines > 1 ? [several(engines, "engine")] : []),
    ...(codes > 1 ? [`${codes} versions of the code`] : []),
  ].join(" and ");
  return `${what} did the jobs of this search. Their results can differ, so the same spec and seed may give another answer.`;
};
