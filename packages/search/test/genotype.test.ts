import { type InvalidInput, isInvalidInput } from "@bnas/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkGenotype,
  darts,
  type Genotype,
  type Link,
  PUBLISHED,
  parseGenotype,
  parseNetwork,
  perEdge,
  printGenotype,
  printGenotypeJson,
} from "../src/index.js";

const PUBLISHED_LINE =
  "Genotype(normal=[('skip_connect', 1), ('dil_conv_3x3', 0), ('skip_connect', 0), ('dil_conv_5x5', 2), " +
  "('max_pool_3x3', 1), ('max_pool_3x3', 0), ('dil_conv_5x5', 4), ('sep_conv_3x3', 2)], normal_concat=range(2, 6), " +
  "reduce=[('sep_conv_3x3', 1), ('dil_conv_5x5', 0), ('skip_connect', 1), ('max_pool_3x3', 2), " +
  "('dil_conv_5x5', 0), ('avg_pool_3x3', 3), ('skip_connect', 2), ('dil_conv_3x3', 4)], reduce_concat=range(2, 6))";

const links: fc.Arbitrary<Link[]> = fc
  .tuple(
    ...[2, 3, 4, 5].map((node) =>
      fc.tuple(
        fc.shuffledSubarray(
          Array.from({ length: node }, (_, input) => input),
          { minLength: 2, maxLength: 2 },
        ),
        fc.tuple(fc.constantFrom(...darts.operations), fc.constantFrom(...darts.operations)),
      ),
    ),
  )
  .map((nodes) =>
    nodes.flatMap(([inputs, operations]) =>
      operations.map((operation, place): Link => [operation, inputs[place] ?? 0]),
    ),
  );
const concat = fc.subarray([2, 3, 4, 5], { minLength: 1 });
const genotypes: fc.Arbitrary<Genotype> = fc.record({
  normal: links,
  normal_concat: concat,
  reduce: links,
  reduce_concat: concat,
});

const refusal = (text: string): InvalidInput => {
  try {
    parseGenotype(text);
  } catch (error) {
    if (isInvalidInput(error)) return error;
    throw error;
  }
  throw new Error(`${text} was not refused`);
};

describe("a genotype", () => {
  it("is printed as the line that DARTS reads", () => {
    expect(printGenotype(PUBLISHED)).toBe(PUBLISHED_LINE);
  });

  it("goes through its line and through its JSON unchanged, the links of a node in their order", () => {
    fc.assert(
      fc.property(genotypes, (genotype) => {
        expect(parseGenotype(printGenotype(genotype))).toEqual(genotype);
        expect(parseGenotype(printGenotypeJson(genotype))).toEqual(genotype);
        expect(checkGenotype(JSON.parse(JSON.stringify(genotype)))).toEqual(genotype);
      }),
    );
  });

  it.each([
    ["with a name before it", `BNAS_XNOR = ${PUBLISHED_LINE}`],
    ["in double quotes", PUBLISHED_LINE.replaceAll("'", '"')],
    ["over many lines, with commas at the end", PUBLISHED_LINE.replaceAll("), ", "),\n\t  ").replaceAll(")]", "),\n]")],
    ["without white space", PUBLISHED_LINE.replaceAll(" ", "")],
    ["with lists of nodes", PUBLISHED_LINE.replaceAll("range(2, 6)", "[2, 3, 4, 5]")],
    ["with lists of ranges", PUBLISHED_LINE.replaceAll("range(2, 6)", "list(range(2, 6))")],
    ["with links as lists", PUBLISHED_LINE.replace("('skip_connect', 1)", "['skip_connect', 1]")],
    ["with a line break at the end", `\n${PUBLISHED_LINE}\n`],
    ["as JSON beside meta", JSON.stringify({ ...PUBLISHED, meta: { seed: 1 } })],
  ])("is read %s", (_how, text) => {
    expect(parseGenotype(text)).toEqual(PUBLISHED);
  });

  it.each([
    [
      "an unknown operation",
      PUBLISHED_LINE.replace("sep_conv_3x3", "sep_conv_3x4"),
      "genotype.normal[7]",
      "sep_conv_3x3",
    ],
    [
      "an input that does not come before its node",
      PUBLISHED_LINE.replace("('dil_conv_3x3', 0)", "('dil_conv_3x3', 2)"),
      "genotype.normal[1]",
      "node 2",
    ],
    [
      "a negative input",
      JSON.stringify(PUBLISHED).replace('"dil_conv_3x3",0', '"dil_conv_3x3",-1'),
      "genotype.normal[1]",
      "node 2",
    ],
    [
      "seven links",
      PUBLISHED_LINE.replace("('dil_conv_3x3', 0), ", ""),
      "genotype.normal",
      "link 2 of node 5 is missing",
    ],
    [
      "a link that is no pair",
      PUBLISHED_LINE.replace("('dil_conv_3x3', 0)", "('dil_conv_3x3',)"),
      "genotype.normal[1]",
      "sep_conv_3x3",
    ],
    [
      "a node that is not there",
      PUBLISHED_LINE.replace("range(2, 6)", "range(2, 7)"),
      "genotype.normal_concat",
      "[2, 3, 4, 5]",
    ],
    ["a node twice", PUBLISHED_LINE.replace("range(2, 6)", "[2, 2]"), "genotype.normal_concat", "[2, 3, 4, 5]"],
    ["no nodes", PUBLISHED_LINE.replace("range(2, 6)", "[]"), "genotype.normal_concat", "[2, 3, 4, 5]"],
    ["a missing key", JSON.stringify({ ...PUBLISHED, reduce: undefined }), "genotype.reduce", "two links each"],
    ["an unknown key", PUBLISHED_LINE.replace("reduce=", "reduction="), "genotype.reduction", "reduce"],
    ["a bracket too few", PUBLISHED_LINE.slice(0, -1), "genotype", `character ${PUBLISHED_LINE.length} `],
    ["something after it", `${PUBLISHED_LINE} x`, "genotype", `character ${PUBLISHED_LINE.length + 2} `],
    ["a sign that Python has not", PUBLISHED_LINE.replace("0)", "0$)"), "genotype", "character"],
    ["an open quote", PUBLISHED_LINE.replace("'skip_connect'", "'skip_connect"), "genotype", "character"],
    ["a range without end", PUBLISHED_LINE.replace("range(2, 6)", "range(0, 99999999)"), "genotype", "character"],
    ["broken JSON", "{", "genotype", "JSON"],
    ["another call", PUBLISHED_LINE.replace("Genotype", "Cell"), "genotype", "character 1 "],
    ["nothing", "", "genotype", "Genotype(normal="],
  ])("is refused with %s", (_what, text, field, hint) => {
    const error = refusal(text);
    expect(error.field).toBe(field);
    expect(error.hint).toContain(hint);
  });

  it("is refused without end only by its errors, never by a fault of the reader", () => {
    fc.assert(
      fc.property(fc.nat(PUBLISHED_LINE.length), fc.nat(40), fc.string(), (from, length, put) => {
        const text = PUBLISHED_LINE.slice(0, from) + put + PUBLISHED_LINE.slice(from + length);
        try {
          checkGenotype(parseGenotype(text));
        } catch (error) {
          expect(error).toMatchObject({ code: "INVALID_INPUT" });
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("a sampled network", () => {
  const network = perEdge(darts, () => "skip_connect");

  it("is one operation for each of 14 edges", () => {
    expect(parseNetwork(network)).toEqual(network);
    expect(() => parseNetwork({ ...network, reduce: network.reduce?.slice(1) })).toThrow(/network.reduce/);
    expect(() => parseNetwork({ ...network, normal: [...(network.normal ?? []).slice(1), "skip_conect"] })).toThrow(
      /normal\[13\].*skip_connect\?/,
    );
    expect(() => parseNetwork(undefined)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
  });
});
