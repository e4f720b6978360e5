import { decide, evolve, type Search, start } from "@bnas/search";
import { processorTime } from "../gate/cost.js";
import type { Row } from "../gate/row.js";
import { wholeSearch } from "../inputs/whole-search.js";
import { parsedLines } from "../references/parsed-lines.js";

const TIMES = 20;

export const row: Row = {
  measured: "what comes next, asked after every fact of a round",
  reference: "JSON.parse of the lines of that round",
  pairs: { short: 15, full: 61 },
  async open() {
    const facts = wholeSearch();
    const inRound = facts.map((fact) => "round" in fact && fact.round === 1);
    const states: Search[] = [];
    facts.reduce((search, fact, index) => {
      const after = evolve(search, fact);
      if (inRound[index]) states.push(after);
      return after;
    }, start("decided"));
    const lines = facts.filter((_, index) => inRound[index]).map((fact) => JSON.stringify(fact));
    const run = () => {
      for (let time = 0; time < TIMES; time++) for (const state of states) decide(state);
    };
    return {
      measured: processorTime({ units: states.length * TIMES, run }),
      reference: processorTime(parsedLines(lines, TIMES)),
      close: () => {},
    };
  },
};
