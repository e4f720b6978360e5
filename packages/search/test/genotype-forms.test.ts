import { type InvalidInput, isInvalidInput } from "@bnas/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { genotypesIn, PUBLISHED, parseGenotype, printGenotype } from "../src/index.js";

const LINE = printGenotype(PUBLISHED);

/** A text whose cells are both of these links. */
const both = (links: string, concat = "range(2, 6)"): string =>
  `Genotype(normal=${links}, normal_concat=${concat}, reduce=${links}, reduce_concat=${concat})`;

const refusal = (act: () => unknown): InvalidInput => {
  try {
    act();
  } catch (error) {
    if (isInvalidInput(error)) return error;
    throw error;
  }
  throw new Error("it was not refused");
};

describe("the links of a genotype as public code writes them", () => {
  it("are read nested by node, as the authors of BNAS have them", () => {
    const text = `Genotype(
      normal=[
        [('skip_connect', 1), ('dil_conv_3x3', 0)],
        [('skip_connect', 0), ('dil_conv_5x5', 2)],
        [('max_pool_3x3', 1), ('max_pool_3x3', 0)],
        [('dil_conv_5x5', 4), ('sep_conv_3x3', 2)]
      ],
      normal_concat=range(2, 6),
      reduce=(
        (('sep_conv_3x3', 1), ('dil_conv_5x5', 0)),
        (('skip_connect', 1), ('max_pool_3x3', 2)),
        (('dil_conv_5x5', 0), ('avg_pool_3x3', 3)),
        (('skip_connect', 2), ('dil_conv_3x3', 4)),
      ),
      reduce_concat=range(2, 6))`;
    expect(parseGenotype(text)).toEqual(PUBLISHED);
  });

  it("are read with a score behind the input, whole or not, which is left out", () => {
    for (const score of ["0.2273", "-1.5e-3", "1", "0", ".5", "2."]) {
      expect(parseGenotype(LINE.replace(/', (\d)\)/g, `', $1, ${score})`))).toEqual(PUBLISHED);
    }
    const nested = [2, 3].map(() => "[('sep_conv_3x3', 0, 0.9), ('skip_connect', 1)]");
    expect(parseGenotype(both(`[${nested}]`, "[2, 3]")).normal.at(-1)).toEqual(["skip_connect", 1]);
  });

  it("are read as (operation, to, from), in any order of the nodes", () => {
    const triples = (links: typeof PUBLISHED.normal) =>
      links.map(([name, from], at) => `('${name}', ${2 + (at >> 1)}, ${from})`);
    const text = (one: string[], two: string[]) =>
      `Genotype(normal=[${one}], normal_concat=range(2, 6), reduce=[${two}], reduce_concat=range(2, 6))`;
    const [normal, reduce] = [triples(PUBLISHED.normal), triples(PUBLISHED.reduce)];
    expect(parseGenotype(text(normal, reduce))).toEqual(PUBLISHED);
    const lastFirst = [...reduce.slice(4), ...reduce.slice(0, 4)];
    expect(parseGenotype(text(normal, lastFirst))).toEqual(PUBLISHED);
  });

  it("may be fewer than two of a node: what lacks is none", () => {
    const text = both(
      "[('sep_conv_3x3', 2, 0), ('sep_conv_5x5', 2, 1), ('dil_conv_3x3', 3, 0), ('skip_connect', 4, 2)]",
    );
    expect(parseGenotype(text).normal.slice(2)).toEqual([
      ["dil_conv_3x3", 0],
      ["none", 1],
      ["skip_connect", 2],
      ["none", 0],
    ]);
    const nested = both("[[('sep_conv_3x3', 1)], [('skip_connect', 0), ('sep_conv_3x3', 2)]]", "range(2, 4)");
    expect(parseGenotype(nested).normal.slice(0, 2)).toEqual([
      ["sep_conv_3x3", 1],
      ["none", 0],
    ]);
  });

  it("of a node without links are none: no cell concatenates it, and a link from it is none", () => {
    const text = both(
      "[('sep_conv_3x3', 2, 0), ('skip_connect', 4, 3), ('dil_conv_5x5', 4, 1), ('skip_connect', 5, 3)]",
    );
    const { normal, normal_concat } = parseGenotype(text);
    expect(normal_concat).toEqual([2, 4]);
    expect(normal).toEqual([
      ["sep_conv_3x3", 0],
      ["none", 1],
      ["none", 0],
      ["none", 1],
      ["none", 3],
      ["dil_conv_5x5", 1],
      ["none", 3],
      ["none", 0],
    ]);
  });

  it("may both come from one input, as DARTS' own model takes them", () => {
    const text = LINE.replace("('dil_conv_3x3', 0)", "('sep_conv_5x5', 1)");
    expect(parseGenotype(text).normal.slice(0, 2)).toEqual([
      ["skip_connect", 1],
      ["sep_conv_5x5", 1],
    ]);
  });

  it("may be of other numbers of nodes, of each cell its own", () => {
    const five = "('sep_conv_3x3', 0), ".repeat(9);
    const text = `Genotype(normal=[${five}('avg_pool_3x3', 5)], normal_concat=[4, 5, 6], reduce=[('max_pool_3x3', 0), ('sep_conv_3x3', 1)], reduce_concat=[2])`;
    const genotype = parseGenotype(text);
    expect(genotype.normal).toHaveLength(10);
    expect(genotype.reduce).toHaveLength(2);
    expect(parseGenotype(printGenotype(genotype))).toEqual(genotype);
  });

  it.each([
    [
      "an operation that the space does not have",
      "[[('sep_conv_5x5', 1), ('sep_conv_7x7', 0)]]",
      "[0][1]",
      /link 2 of node 2.*sep_conv_3x3/,
    ],
    ["a link from its own node", "[('sep_conv_5x5', 1), ('sep_conv_3x3', 2)]", "[1]", /link 2 of node 2/],
    [
      "a nested link from a later node",
      "[[('sep_conv_5x5', 1)], [('sep_conv_3x3', 0), ('skip_connect', 4)]]",
      "[1][1]",
      /link 2 of node 3/,
    ],
    [
      "a triple from a later node",
      "[('sep_conv_3x3', 2, 0), ('sep_conv_3x3', 3, 0), ('skip_connect', 3, 3)]",
      "[2]",
      /link 2 of node 3/,
    ],
    ["a triple to an input", "[('sep_conv_3x3', 2, 0), ('skip_connect', 1, 0)]", "[1]", /link 2 of the cell/],
    ["a pair among triples", "[('sep_conv_3x3', 2, 0), ('skip_connect', 1)]", "[1]", /link 2 of it/],
    ["a third link of a node", "[[('none', 0), ('none', 1), ('skip_connect', 1)]]", "[0][2]", /link 3 of node 2/],
    ["a third triple of a node", "[('none', 2, 0), ('none', 2, 1), ('skip_connect', 2, 1)]", "[2]", /link 3 of node 2/],
    ["a node without links, nested", "[[('none', 0), ('none', 1)], []]", "[1]", /Node 3 has no link/],
    ["a link among nodes", "[[('none', 0), ('none', 1)], ('none', 1)]", "[1]", /node 3/],
    ["a word for an input", "[('none', 0), ('none', 'one')]", "[1]", /link 2 of node 2/],
    ["a word for a score", "[('none', 0), ('none', 1, 'good')]", "[1]", /link 2 of node 2/],
    ["half an input", "[('none', 0.5), ('none', 1)]", "[0]", /link 1 of node 2/],
    ["an input below 0", "[('none', -1), ('none', 1)]", "[0]", /link 1 of node 2/],
    ["seventeen nodes", `[${"('none', 0), ".repeat(34)}]`, "", /3 to 7/],
    ["a triple to a node far away", "[('none', 2, 0), ('none', 99999999, 1)]", "[1]", /link 2/],
    ["no links", "[]", "", /two links each/],
  ])("are refused with %s, by node and link", (_what, links, where, hint) => {
    const error = refusal(() => parseGenotype(both(links)));
    expect(error.field).toBe(`genotype.normal${where}`);
    expect(error.hint).toMatch(hint);
  });

  it("are refused where no node is left to concatenate", () => {
    const error = refusal(() => parseGenotype(both("[('none', 2, 0), ('none', 4, 0)]", "[3]")));
    expect(error.field).toBe("genotype.normal_concat");
    expect(error.hint).toContain("[2, 4]");
  });
});

describe("a text with genotypes", () => {
  const FILE = `""" What a genotype is:
    EXAMPLE = Genotype(normal=[], ...)
"""
from collections import namedtuple
import torch.nn as nn

Genotype = namedtuple('Genotype', 'normal normal_concat reduce reduce_concat')

PRIMITIVES = ['none', 'skip_connect']  # it's a list

class Genotype(NamedTuple):
    normal: list

def parse(alpha, k):
    return Genotype  # not a call
# OLD = Genotype(normal=[('none', 0)])
FIRST = ${LINE}  # epoch 49
BROKEN = Genotype(normal=[('sep_conv_7x7', 0)])
SECOND: Genotype = gt.${LINE.replace("skip_connect", "sep_conv_3x3")}
FIRST = ${LINE.replace("skip_connect", "none")}
LATEST = SECOND
ALL = {'FIRST': FIRST, "third": ${LINE}, }
GENOTYPES = dict(fourth=${LINE}, fifth=parse(1, 2))
[${LINE}]
`;

  it("has those that Python would have, by name", () => {
    const names = genotypesIn(FILE).map(({ name }) => name);
    expect(names.toSorted()).toEqual(["7", "BROKEN", "FIRST", "LATEST", "SECOND", "fourth", "third"].toSorted());
  });

  it("gives each of them, the last of two with one name, and one under two names", () => {
    const read = (wanted: string) =>
      genotypesIn(FILE)
        .find(({ name }) => name === wanted)
        ?.read();
    expect(read("FIRST")?.normal[0]).toEqual(["none", 1]);
    expect(read("SECOND")?.normal[0]).toEqual(["sep_conv_3x3", 1]);
    expect(read("LATEST")).toEqual(read("SECOND"));
    for (const name of ["third", "fourth", "7"]) expect(read(name)).toEqual(PUBLISHED);
  });

  it("is not refused for one that cannot be read, until that is asked for", () => {
    const error = refusal(() =>
      genotypesIn(FILE)
        .find(({ name }) => name === "BROKEN")
        ?.read(),
    );
    expect(error.field).toBe("genotype.normal");
  });

  it("is one genotype only where it has one", () => {
    expect(parseGenotype(`# the best\nimport x\nONLY = ${LINE}\nprint(ONLY)\n`)).toEqual(PUBLISHED);
    expect(refusal(() => parseGenotype(FILE)).message).toMatch(/SECOND, LATEST, FIRST, third.*one genotype.*7/);
  });

  it.each([
    ["inside", LINE.replace("reduce=", "# the other cell\n  reduce=")],
    ["behind the name", LINE.replace("Genotype(", "Genotype( # bs=512\n")],
    ["after it", `${LINE}  # 2.46 % (of CIFAR-10)`],
    ["before it", `# Genotype(\n${LINE}`],
    ["after a line break behind a backslash", LINE.replace("reduce=", "\\\n  reduce=")],
  ])("may have a comment %s", (_where, text) => {
    expect(parseGenotype(text)).toEqual(PUBLISHED);
  });

  it.each([
    ["a key twice", LINE.replace("reduce=", "normal="), /normal=, once/],
    ["lists without end", both("[".repeat(100_000)), /8 deep/],
    ["a variable for a cell", both("cells[0]"), /character 17 /],
    ["no genotype in it", "from math import pi\n", /character 1 /],
    ["a million characters", " ".repeat(1_000_001), /file of its own/],
    ["JSON without end", `{"normal":${"[".repeat(100_000)}`, /./],
  ])("is refused with %s", (_what, text, words) => {
    expect(refusal(() => parseGenotype(text)).message).toMatch(words);
  });

  it("is refused only by errors of input, whatever is cut out of it and put in", () => {
    const put = fc.oneof(
      fc.string(),
      fc.constantFrom("(", "[", "'", '"""', "#", "Genotype(", "2.5e3", "\\", "{", "=", "\0"),
    );
    fc.assert(
      fc.property(fc.constantFrom(FILE, LINE), fc.nat(), fc.nat(60), put, (whole, at, length, text) => {
        const from = at % whole.length;
        try {
          for (const { read } of genotypesIn(whole.slice(0, from) + text + whole.slice(from + length))) read();
        } catch (error) {
          expect(error).toMatchObject({ code: "INVALID_INPUT" });
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("is refused only by errors of input, whatever its links are made of", () => {
    const number = fc.oneof(fc.integer({ min: -2, max: 20 }), fc.double());
    const part = fc.oneof(
      fc.constantFrom("none", "sep_conv_3x3", "sep_conv_7x7"),
      number,
      fc.constant(null),
      fc.constant([]),
    );
    const link = fc.array(part, { maxLength: 4 });
    const cell = fc.oneof(
      fc.array(link, { maxLength: 10 }),
      fc.array(fc.array(link, { maxLength: 3 }), { maxLength: 6 }),
    );
    fc.assert(
      fc.property(cell, cell, fc.array(number), (normal, reduce, concat) => {
        const text = JSON.stringify({ normal, normal_concat: concat, reduce, reduce_concat: [2] });
        try {
          parseGenotype(text);
        } catch (error) {
          expect(error).toMatchObject({ code: "INVALID_INPUT" });
        }
      }),
      { numRuns: 1000 },
    );
  });
});
