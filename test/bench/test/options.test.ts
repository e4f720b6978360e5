import { describe, expect, it } from "vitest";
import { parseOptions } from "../gate/options.js";

const known = { fold: { onlyNamed: false }, mesh: { onlyNamed: false }, pytorch: { onlyNamed: true } };

describe("the command bench", () => {
  it("measures every row that needs nothing but npm, at full length, and checks nothing", () => {
    expect(parseOptions([], known)).toEqual({ names: ["fold", "mesh"], check: false, form: "full", json: undefined });
  });

  it("measures the rows that are named, in the order of the table", () => {
    expect(parseOptions(["pytorch", "fold"], known).names).toEqual(["fold", "pytorch"]);
  });

  it("takes --check, --short and --json", () => {
    const options = parseOptions(["--check", "--short", "--json", "found.json"], known);
    expect(options).toMatchObject({ check: true, form: "short", json: "found.json" });
  });

  it("refuses a row that there is not, and names the nearest", () => {
    const act = () => parseOptions(["flod"], known);
    expect(act).toThrow(/^ROW: "flod" is not allowed; it takes fold, mesh, pytorch\. Did you mean fold\?/);
  });

  it("refuses an option that there is not, and says which there are", () => {
    const act = () => parseOptions(["--chek"], known);
    expect(act).toThrow(/^arguments: "--chek" is not allowed; it takes \[ROW\.\.\.\] \[--check\] \[--short\]/);
  });
});
