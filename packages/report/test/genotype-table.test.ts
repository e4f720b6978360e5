import { PUBLISHED } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { genotypeTable } from "../src/genotype-table.js";

describe("the genotype as a table", () => {
  it("shows node, input and operation of every link of both cells side by side", () => {
    expect(genotypeTable(PUBLISHED)).toBe(
      [
        "normal cell                      reduction cell",
        "node    input    operation       node    input    operation",
        "------  -------  ------------    ------  -------  ------------",
        "node 0  c_{k-1}  skip_connect    node 0  c_{k-1}  sep_conv_3x3",
        "        c_{k-2}  dil_conv_3x3            c_{k-2}  dil_conv_5x5",
        "node 1  c_{k-2}  skip_connect    node 1  c_{k-1}  skip_connect",
        "        node 0   dil_conv_5x5            node 0   max_pool_3x3",
        "node 2  c_{k-1}  max_pool_3x3    node 2  c_{k-2}  dil_conv_5x5",
        "        c_{k-2}  max_pool_3x3            node 1   avg_pool_3x3",
        "node 3  node 2   dil_conv_5x5    node 3  node 0   skip_connect",
        "        node 0   sep_conv_3x3            node 2   dil_conv_3x3",
        "",
      ].join("\n"),
    );
  });

  it("fits a terminal of 80 columns", () => {
    for (const line of genotypeTable(PUBLISHED).split("\n")) expect(line.length).toBeLessThanOrEqual(79);
  });
});
