import { escapeText } from "./markup.js";
import { REPORT_STYLE } from "./report-style.js";

/** A whole page that needs no other file. @param body HTML, a piece a line */
export const htmlPage = (title: string, body: readonly string[]): string =>
  [
    "<!doctype html>",
    `<html lang="en">`,
    "<head>",
    `<meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width, initial-scale=1">`,
    `<meta name="color-scheme" content="light dark">`,
    `<title>${escapeText(title)}</title>`,
    `<style>${REPORT_STYLE}</style>`,
    "</head>",
    "<body>",
    ...body,
    "</body>",
    "</html>",
    "",
  ].join("\n");
