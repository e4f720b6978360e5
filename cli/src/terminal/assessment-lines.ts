import { type Assessment, surenessSentence } from "@bnas/search";

/** The verdict on a search and its sureness for people: a paragraph for each finding, the gravest first. */
export const assessmentLines = ({ verdict, sureness }: Assessment): readonly string[] => [
  ...(verdict?.findings ?? []).flatMap(({ kind, seen, means, next }, at) => [
    `${at === 0 ? "verdict" : "also"}: ${kind}. ${seen}`,
    `  ${means}`,
    `  next: ${next}`,
  ]),
  ...(sureness === undefined ? [] : [`sureness: ${surenessSentence(sureness)}`]),
];

/** The same for programs. Shares by edge are in summary.json. */
export const assessmentJson = ({ verdict, sureness }: Assessment): object => {
  const { edges, ...counts } = sureness ?? {};
  return {
    verdict: verdict ?? null,
    sureness: edges === undefined ? null : { ...counts, edges: edges.length },
  };
};
