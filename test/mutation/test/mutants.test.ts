import { describe, expect, it } from "vitest";
import { instrument, SWITCH } from "../instrument.js";
import { mutantsOf } from "../mutants.js";

/** Each mutant of a source as `what stands there => what stands there instead`; nothing instead is a statement left out. */
const changes = (source: string): readonly string[] =>
  mutantsOf("a.ts", source).map(({ start, end, text }) => `${source.slice(start, end)} => ${text ?? ""}`);

/** What the source's last expression, `answer`, is with a mutant; 0 is none. */
const answerOf = (source: string, active: number): unknown =>
  new Function(SWITCH, `${instrument(source, mutantsOf("a.ts", source))}\nreturn answer;`)(
    (id: number) => id === active,
  );

describe("the mutants of a source", () => {
  it.each([
    ["const a = b < c;", ["b < c => b <= c", "b < c => b >= c"]],
    ["const a = b && !c;", ["b && !c => b || !c", "!c => c"]],
    ["const a = b + c * d;", ["b + c * d => b - (c * d)", "c * d => c / d"]],
    ["const a = b ?? 0;", ["b ?? 0 => b && 0"]],
    ["i++;", ["i++; => ", "i++ => i--"]],
    ["a += b;", ["a += b; => ", "a += b => a -= b"]],
    ["const a = 3, b = true;", ["3 => 4", "true => false"]],
    ["const a = b.some(c);", ["b.some(c) => b.every(c)"]],
    ["const a = b.sort();", ["b.sort() => b"]],
    ["const a = [b];", ["[b] => []"]],
    ["const a = /^b$/u;", ["/^b$/u => /b$/u", "/^b$/u => /^b/u"]],
    ["async () => { await f(); };", ["async () => { await f(); }; => ", "await f(); => ", "await f() => f()"]],
    ["function f() { return g(); }", ["g() => undefined"]],
    ["const f = () => g;", ["g => undefined"]],
    ["if (a) { throw b; }", ["a => true", "a => false", "throw b; => "]],
    ["if (a) throw b;", ["a => true", "a => false"]],
    ["while (a) b();", ["a => false", "b(); => "]],
  ])("%s are its operators, conditions, literals, answers and statements", (source, expected) => {
    expect(changes(source)).toEqual(expected);
  });

  it("change a word that programs read, and no sentence for people", () => {
    expect(changes(`f("search.opened", "give it another name", \`to \${a}\`, \`bnas.\${a}\`);`).slice(1)).toEqual([
      '"search.opened" => ""',
      `\`bnas.\${a}\` => \`\``,
    ]);
  });

  it.each([
    'import { a } from "b";',
    "type A = 1 | true;",
    "let a: Map<string, 1>;",
    "const { a } = b;",
    "a?.b.filter(c);",
  ])("are none where nothing can change: %s", (source) => {
    expect(changes(source).filter((change) => !change.endsWith("=> "))).toEqual([]);
  });

  it("have their line, and numbers in the order of the source after those of other sources", () => {
    const mutants = mutantsOf("a.ts", "const a = 1;\nconst b = true;\n", 7);
    expect(mutants.map(({ id, line }) => [id, line])).toEqual([
      [8, 1],
      [9, 2],
    ]);
  });
});

describe("a source with its mutants in it", () => {
  const source =
    "const f = (a, b) => { if (a < b) return a + b; else return [a, b].filter((x) => x > 1); }; const answer = f(1, 2);";
  const mutants = mutantsOf("a.ts", source);

  it("does what it did without an active mutant", () => {
    expect(answerOf(source, 0)).toBe(3);
  });

  it("does with each mutant what the source with that change does", () => {
    for (const { id, start, end, text } of mutants) {
      const changed = source.slice(0, start) + (text ?? ";") + source.slice(end);
      expect(answerOf(source, id)).toEqual(new Function(`${changed}\nreturn answer;`)());
    }
    expect(mutants.length).toBeGreaterThan(8);
  });

  it("keeps the else of an if whose first statement may be left out", () => {
    const branches = "let answer = 0; if (answer === 0) answer = 1; else answer = 2;";
    const leftOut = mutantsOf("a.ts", branches).find(({ text }) => text === undefined);
    expect(answerOf(branches, leftOut?.id ?? 0)).toBe(0);
  });
});
