import type { Assessment } from "@bnas/search";
import { escapeText } from "./markup.js";

/** The verdict in a sentence, for the top of the page: a reader must not take noise for an answer. */
export const verdictNote = ({ verdict }: Assessment): string =>
  verdict === undefined
    ? ""
    : `<p class="lead"><strong>Verdict: <a href="#verdict">${verdict.kind}</a>.</strong> ${escapeText(verdict.seen)}</p>`;

/** Every finding about the search, the gravest first: what was seen, what it means and what to do next. */
export const verdictSection = ({ verdict }: Assessment): string => {
  if (verdict === undefined) return "";
  return [
    `<h2 id="verdict">What it is worth</h2>`,
    ...verdict.findings.map(
      ({ kind, seen, means, next }) =>
        `<h3>${kind}</h3><p>${escapeText(seen)} ${escapeText(means)}</p><p><strong>Next:</strong> ${escapeText(next)}</p>`,
    ),
    `<p class="soft">Computed from the facts of the search; docs/verdicts.md has the rules.</p>`,
  ].join("\n");
};
