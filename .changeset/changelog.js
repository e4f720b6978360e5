// How the texts of changesets become lines of CHANGELOG.md. Functions of texts: no file, no clock.

const FRONT_MATTER = /^---\r?\n[\s\S]*?\r?\n---\r?\n/;

/**
 * The text for users of one changeset: what stands after its front matter, as one item of a list.
 * @param {string} changeset the content of a file of .changeset
 * @returns {string} without a newline at the end; empty for a changeset that says nothing
 */
export const noteOf = (changeset) => {
  const text = changeset.replace(FRONT_MATTER, "").trim();
  if (text === "") return "";
  return `- ${text.replace(/^- /, "").split(/\r?\n/).join("\n  ")}`.replace(/[ \t]+$/gm, "");
};

/**
 * CHANGELOG.md with a release: its notes under a heading with version and date. A section of that version that was "unreleased" gets
 * the date and keeps its own lines; otherwise the section comes before all others.
 * @param {string} changelog
 * @param {{ version: string, date: string, notes: readonly string[] }} release date as YYYY-MM-DD
 */
export const withRelease = (changelog, { version, date, notes }) => {
  const heading = `## ${version} - ${date}`;
  const unreleased = `## ${version} - unreleased\n`;
  const lines = notes.join("\n");
  if (changelog.includes(unreleased)) {
    const [before = "", after = ""] = changelog.split(unreleased);
    const next = after.search(/^## /m);
    const own = (next === -1 ? after : after.slice(0, next)).trim();
    const rest = next === -1 ? "" : `\n${after.slice(next)}`;
    return `${before}${heading}\n\n${[own, lines].filter((part) => part !== "").join("\n")}\n${rest}`;
  }
  const first = changelog.search(/^## /m);
  const at = first === -1 ? changelog.length : first;
  return `${changelog.slice(0, at)}${heading}\n\n${lines}\n\n${changelog.slice(at)}`;
};
