import { describe, expect, it } from "vitest";
import { parseOptions } from "../options.js";

describe("the options of npm run signal", () => {
  it("are a spec of quick, with the images on which networks are evaluated, where nothing else is given", () => {
    const options = parseOptions(["retrain", "--out", "runs/one", "--seed", "3", "--dataset", "shapes:"]);
    expect(options).toMatchObject({
      ...{ command: "retrain", out: "runs/one", networks: 8, orders: 4, fresh: 1000 },
      spec: { seed: 3, dataset: "shapes:", data: { limit: 4000, reductionImages: 2000 } },
    });
  });

  it("are folders for a table and for the agreement of searches", () => {
    expect(parseOptions(["agree", "a", "b", "--json", "f.json"])).toEqual({
      command: "agree",
      folders: ["a", "b"],
      json: "f.json",
    });
  });

  it.each([
    [["retrian"], /COMMAND.*retrain/],
    [["table"], /FOLDER/],
    [["retrain"], /--out/],
    [["retrain", "--out", "a", "--networks", "9"], /--networks: .*a whole number from 2 to 8/],
    [["retrain", "--out", "a", "--orders", "1"], /--orders/],
    [["retrain", "--out", "a", "--images", "5000"], /spec.data.reductionImages/],
    [["retrain", "--out", "a", "--config", "no-such.json"], /--config/],
    [["retrain", "--out", "a", "--sead", "1"], /arguments/],
  ])("refuse %j by name", (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});
