import type { Work } from "../gate/cost.js";

/** `JSON.parse` of each of these lines, a number of times: every reader of facts has to do it. */
export const parsedLines = (lines: readonly string[], times: number): Work => ({
  units: lines.length * times,
  run() {
    for (let time = 0; time < times; time++) for (const line of lines) JSON.parse(line);
  },
});
