import { evolve, start } from "@bnas/search";
import { processorTime } from "../gate/cost.js";
import type { Row } from "../gate/row.js";
import { wholeSearch } from "../inputs/whole-search.js";
import { parsedLines } from "../references/parsed-lines.js";

const TIMES = 20;

export const row: Row = {
  measured: "a fact folded into its search",
  reference: "JSON.parse of its line",
  pairs: { short: 15, full: 61 },
  async open() {
    const facts = wholeSearch();
    const lines = facts.map((fact) => JSON.stringify(fact));
    const run = () => {
      for (let time = 0; time < TIMES; time++) facts.reduce(evolve, start("folded"));
    };
    return {
      measured: processorTime({ units: facts.length * TIMES, run }),
      reference: processorTime(parsedLines(lines, TIMES)),
      close: () => {},
    };
  },
};
