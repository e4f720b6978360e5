import { darts, ledger, preset, printGenotype, start } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { escapeText } from "../src/markup.js";
import { reportHtml } from "../src/report-html.js";
import { answeredGenotype } from "../src/report-input.js";
import { reportInput } from "./report-builder.js";
import { sha256 } from "./sha256.js";
import { elements } from "./well-formed.js";

const input = reportInput();
const html = reportHtml(input);
const rounds = ledger(input.search);
/** The part of the page that begins with this element's id, as far as the next id. */
const part = (id: string): string => html.split(` id="${id}"`)[1]?.split(` id="`)[0] ?? "";

describe("the report page", () => {
  it("begins with the answer: both cells and the line that other code reads", () => {
    const genotype = answeredGenotype(input.search);
    expect(html.indexOf("<title>Normal cell</title>")).toBeGreaterThan(0);
    expect(html.indexOf("<title>Reduction cell</title>")).toBeLessThan(html.indexOf(`id="asked"`));
    expect(genotype).toBeDefined();
    if (genotype !== undefined) expect(html).toContain(escapeText(printGenotype(genotype)));
  });

  it("shows for every round and edge every candidate's figures, what goes, and why", () => {
    expect(rounds).toHaveLength(7);
    for (const { round, edges } of rounds) {
      expect(edges).toHaveLength(28);
      for (const { cell, edge, operations, abandoned, reason } of edges) {
        const shown = part(`r${round}-${cell}-${edge}`);
        for (const line of operations) {
          const accuracy = line.accuracy === undefined ? "\u2013" : `${(line.accuracy * 100).toFixed(2)} %`;
          expect(shown).toContain(
            `<span class="op">${line.operation}</span>${line.operation === abandoned ? " (abandoned)" : ""}</th>` +
              `<td class="number">${line.alpha.toFixed(6)}</td><td class="number">${line.accuracy === undefined ? "no" : "yes"}</td>` +
              `<td class="number">${accuracy}</td><td class="number">${line.score.toFixed(6)}</td>` +
              `<td class="number">${line.likelihood.toFixed(6)}</td>`,
          );
        }
        expect(html).toContain(`Abandoned: ${escapeText(reason)}`);
        expect(html).toContain(`<span class="soft">${escapeText(reason)}</span>`);
      }
    }
  });

  it("shows for every round a map of each cell with operations in their order as columns and one that goes in each row", () => {
    for (const { round } of rounds) {
      for (const map of part(`round-${round}`).split("<table ").slice(1)) {
        const heads = [...map.matchAll(/<th scope="col"><span class="op">(\w+)<\/span>/g)].map(([, name]) => name);
        expect(heads).toEqual([...darts.operations]);
        const rows = map.split("<tbody>")[1]?.split("</tr>").slice(0, -1) ?? [];
        expect(rows).toHaveLength(14);
        for (const row of rows) {
          expect(row.match(/<td/g)).toHaveLength(darts.operations.length);
          expect(row.match(/class="past"/g) ?? []).toHaveLength(round - 1);
          expect(row.match(/\bgoes"/g)).toHaveLength(1);
        }
      }
      expect(part(`round-${round}`).split("<table ")).toHaveLength(1 + darts.cells.length);
    }
  });

  it("marks as sampled exactly what was sampled", () => {
    const sampled = rounds
      .flatMap(({ edges }) => edges.flatMap((edge) => edge.operations))
      .filter((o) => o.accuracy !== undefined);
    const legend = 1;
    expect(html.match(/<td class="[^"]*\bsampled\b/g)).toHaveLength(sampled.length + legend);
  });

  it("shows in the whole search's map when every operation went and what is left", () => {
    const map = part("abandoned");
    for (const { round, edges } of rounds) {
      for (const { abandoned } of edges)
        expect(map).toContain(`title="${abandoned}: abandoned in round ${round}">${round}</td>`);
    }
    expect(map.match(/class="kept p4"/g)).toHaveLength(28);
    expect(map.match(/"(node )?chosen"/g)).toHaveLength(16);
  });

  it("says the verdict before anything else, and each finding with what it means and what to do next", () => {
    const { verdict } = input.assessment;
    expect(html.indexOf(`<a href="#verdict">${verdict?.kind}</a>`)).toBeGreaterThan(0);
    expect(html.indexOf(`<a href="#verdict">${verdict?.kind}</a>`)).toBeLessThan(html.indexOf("<figure"));
    for (const { kind, seen, means, next } of verdict?.findings ?? []) {
      for (const text of [`<h3>${kind}</h3>`, escapeText(seen), escapeText(means), escapeText(next)]) {
        expect(part("verdict")).toContain(text);
      }
      expect(part("card")).toContain(kind);
    }
  });

  it("says of each edge how sure it is, beside what chance gives, and of each abandonment", () => {
    const { sureness } = input.assessment;
    expect(sureness?.edges).toHaveLength(28);
    expect(part("sureness").match(/<th scope="row">/g)).toHaveLength(28);
    for (const { left, sure, byChance = 0 } of sureness?.edges ?? []) {
      expect(part("sureness")).toMatch(
        new RegExp(
          `<span class="op">${left}</span>(?: \\(tie\\))?</td>\n?<td class="number">${(100 * sure).toFixed(1)} %</td>.*` +
            `<td class="number">${(100 * byChance).toFixed(1)} %</td>`,
        ),
      );
    }
    expect(html.match(/It would go again in \d+\.\d % of resamples/g)).toHaveLength(28 * 7);
    const none = reportHtml({ ...input, assessment: { verdict: undefined, sureness: undefined } });
    expect(none).not.toMatch(/id="(verdict|sureness)"|of resamples/);
    expect(() => elements(none, "html")).not.toThrow();
  });

  it("plots every sample and names the level of chance", () => {
    expect(part("accuracy").match(/<circle /g)).toHaveLength(57);
    expect(part("accuracy")).toContain(">chance 10 %</text>");
  });

  it("says how much of a score can be its network, where the facts tell", () => {
    expect(part("accuracy")).toMatch(
      /within a pass, \d+\.\d % to \d+\.\d % is the networks.*\(.\d+\.\d points from one sample/,
    );
    const without = reportHtml(reportInput({ strategy: "pc-darts" }));
    expect(without).not.toContain("is the networks");
  });

  it("shows every field of the spec and says what is binarized", () => {
    for (const [name, value] of Object.entries(input.spec)) {
      if (value === null) continue; // It does not apply.
      for (const [field, one] of typeof value === "object" ? Object.entries(value) : [[name, value]]) {
        expect(part("asked")).toMatch(new RegExp(`<th scope="row">${field}</th><td class="[^"]+">${one}</td>`));
      }
    }
    expect(html).toContain("Binarize <code>weights</code>: 1-bit weights in the convolutions inside cells");
    expect(reportHtml(reportInput({ binarize: "none" }))).toContain("this is the full-precision twin");
  });

  it("has the report card, and says what was not run", () => {
    const card = part("card");
    for (const text of [
      sha256("engine"),
      sha256("code"),
      sha256("dataset"),
      "7; runs with other seeds",
      "@tensorflow/tfjs-core 4.22.0",
    ]) {
      expect(card).toContain(text);
    }
    expect(card).toContain(`Random architecture at equal budget</th><td class="wrap">not run: uncertified, `);
    expect(card).toContain(`Derived network trained from scratch</th><td class="wrap">not run: `);
    expect(card).toContain(`Full-precision twin</th><td class="wrap">not run<`);
    expect(card).toMatch(
      /skip_connect on \d and none on \d of 8 normal links; skip_connect on \d and none on \d of 8 reduction links/,
    );
    expect(part("time")).not.toContain("models, training");
  });

  it("says in the card what the trained networks reached, against the random ones", () => {
    const train = { ...preset("smoke").train, seeds: 2, epochs: 2, randomRivals: 2, fullPrecisionTwin: true };
    const page = reportHtml(reportInput({ train }));
    const [, card = ""] = /id="card"(.*)/s.exec(page) ?? [];
    const interval = String.raw`\(95 % interval [\d.]+ % to [\d.]+ %\)`;
    const against = String.raw`; against random genotypes A12 [\d.]+, p [\d.]+<`;
    expect(card).toMatch(
      new RegExp(
        `from scratch</th><td class="wrap">[\\d.]+ % of the test images, mean of 2 networks ${interval}${against}`,
      ),
    );
    expect(card).toMatch(
      new RegExp(`equal budget</th><td class="wrap">[\\d.]+ % of the test images, mean of 4 networks ${interval}<`),
    );
    expect(card).toMatch(new RegExp(`Full-precision twin</th><td class="wrap">[\\d.]+ % .*${against}`));
    expect(card).toContain(`Published genotype</th><td class="wrap">not run<`);
    expect(page).toContain("models, training");
    expect(page).toMatch(/of the test images, by the trained network<\/dt><dd>9\d\.\d\d %/);
    expect(page).not.toContain("Uncertified");
    const alone = reportHtml(reportInput({ train: { ...train, randomRivals: 0 } }));
    expect(alone.indexOf("<strong>Uncertified:</strong>")).toBeGreaterThan(0);
    expect(alone.indexOf("<strong>Uncertified:</strong>")).toBeLessThan(alone.indexOf("Normal cell"));
  });

  it("says what the networks cost, what each kind took to train, and that an unmeasured latency is not measured", () => {
    const cost = part("cost");
    expect(cost).toContain("Network of the answer</th>");
    for (const figure of ["3,400,000", "3,300,000", "0.813", "6.0 %", "500.00", "20.00"]) {
      expect(cost).toContain(`<td class="number">${figure}</td>`);
    }
    expect(cost).toContain("Latency: not measured.");
    expect(cost).toContain("The search</th>");
    expect(part("card")).toContain("3,400,000 parameters, 3,300,000 of them of 1 bit; 6,500,000 bits");
    expect(part("card")).toMatch(/Collapse to skip connections or none<\/th><td class="wrap">(no|collapsed)/);
    const latency = {
      milliseconds: { median: 1.234, least: 1.1 },
      runs: 30,
      runtime: "the runtime",
      machine: "a <box>",
    };
    const page = reportHtml({ ...input, costs: undefined, summary: { ...input.summary, latency } });
    expect(page).toContain(
      "1.23 ms an image (median of 30 runs, one image each; least 1.10 ms), by the runtime, on a &lt;box&gt;",
    );
    expect(page).toContain("Not counted: the space has operations of a module");
    expect(page).toContain(`Cost of the network</th><td class="wrap">not counted<`);
  });

  it("says in which order the samples were trained", () => {
    const order = (page: string) => /Order of updates<\/th><td class="wrap">([^<]*)</.exec(page)?.[1];
    expect(order(html)).toMatch(/^sequential: .* as in the paper$/);
    for (const parallel of [2, 4]) {
      const page = reportHtml(reportInput({ parallel }));
      expect(order(page)).toMatch(
        /^side by side: every sample of a pass starts from the weights of the pass, .* merged/,
      );
      expect(order(page)).toContain("not the order of the paper");
    }
    for (const parallel of [1, 4]) {
      const page = reportHtml(reportInput({ parallel, protocol: "fair" }));
      expect(order(page)).toMatch(/^fair: every sample of a pass starts from the weights of the pass .* merged/);
    }
    expect(order(reportHtml(reportInput({ strategy: "pc-darts" })))).toBeUndefined();
  });

  it("says that the supernet was trained by paths, and nothing of it where it was trained as in the paper", () => {
    expect(reportHtml(reportInput({ strategy: "posterior", supernet: "paths" }))).toMatch(
      /Supernet<\/th><td[^>]*>by paths: /,
    );
    expect(html).not.toContain("Supernet</th>");
  });

  it("says first that jobs were not all done alike, and which did how many", () => {
    expect(html).not.toContain("Not made alike");
    const [maker] = input.provenance.makers;
    if (maker === undefined) throw new Error("the fake search has one");
    const other = { ...maker, engine: { ...maker.engine, name: "node", digest: sha256("other") }, jobs: 3 };
    const page = reportHtml({
      ...input,
      provenance: { ...input.provenance, makers: [maker, other], unrecorded: 2 },
    });
    expect(page.indexOf("Not made alike:</strong> 2 engines did the jobs")).toBeLessThan(page.indexOf(`id="asked"`));
    expect(page).toContain(`3 jobs: ${sha256("other")}; 2 jobs: not recorded`);
  });

  it("says of data that changed after the search which it was opened on, and of an older search that its facts do not have it", () => {
    const [was, now] = [sha256("dataset"), sha256("changed")];
    const dataset = { ...input.dataset, digest: now };
    expect(reportHtml({ ...input, dataset })).toContain(`${was}; the dataset that is there now is another: ${now}`);
    const provenance = { datasetDigest: undefined, makers: [], unrecorded: 125 };
    const older = reportHtml({ ...input, provenance });
    expect(older).toContain(`${was}, of the dataset as it is now: the facts are older and do not say`);
    expect(older).toContain("125 jobs: not recorded, the facts are older and do not say");
  });

  it("is well-formed, repeats no id, and every link leads to a place on the page", () => {
    const all = elements(html, "html").map(({ attributes }) => attributes);
    const ids = all.flatMap((attributes) => attributes.get("id") ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const targets = all.flatMap((attributes) => attributes.get("href") ?? []);
    expect(targets.length).toBeGreaterThan(200);
    expect(targets.filter((target) => !ids.includes(target.slice(1)) || !target.startsWith("#"))).toEqual([]);
  });

  it("needs no other file, no network and no script", () => {
    expect(elements(html, "html").filter(({ name }) => ["script", "link", "img", "iframe"].includes(name))).toEqual([]);
    expect(html.replaceAll(`xmlns="http://www.w3.org/2000/svg"`, "")).not.toMatch(/:\/\/|url\(|@import|\bsrc=/);
  });

  it("escapes whatever people wrote", () => {
    const evil = `</style><script>alert("1")</script>&'\u0000`;
    const given = reportInput({ dataset: evil });
    const [maker] = given.provenance.makers;
    if (maker === undefined) throw new Error("the fake search has one");
    const makers = [{ ...maker, engine: { ...maker.engine, name: evil } }];
    const page = reportHtml({ ...given, version: evil, provenance: { ...given.provenance, makers } });
    expect(page).not.toContain("<script>");
    expect(page).toContain("&lt;/style&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;\ufffd");
    expect(() => elements(page, "html")).not.toThrow();
  });

  it("gives the same bytes for the same input", () => {
    expect(reportHtml(reportInput())).toBe(html);
  });

  it("reports strategies without rounds, and searches that ended without an answer", () => {
    const page = reportHtml(reportInput({ strategy: "pc-darts" }));
    expect(page).toContain("This search has no rounds");
    expect(() => elements(page, "html")).not.toThrow();
    const ended = { kind: "search.failed", reason: "no <images>", hint: "Check the path." } as const;
    const failed = reportHtml({ ...input, search: { ...start("bnas-8"), ended } });
    expect(failed).toContain("the search failed: no &lt;images&gt;. Check the path.");
    expect(failed).toContain("no genotype was found");
  });
});

describe("the report page of a strategy that decides by an estimate", () => {
  const posterior = reportHtml(reportInput({ strategy: "posterior" }));

  it("speaks of what operations are worth, and of no likelihood, chance of resamples or score", () => {
    expect(posterior).toContain("is worth least: ");
    expect(posterior).toContain(`<th scope="col" class="number">Worth</th>`);
    expect(posterior).toContain("left is marked with its worth");
    expect(posterior).toContain("worth below to above the mean of its edge");
    expect(posterior).not.toMatch(/likelihood|resample|By chance|>Score</i);
  });

  it("says what sureness means there, and of which network the answer is", () => {
    expect(posterior).toContain("what is left is the best operation of its edge");
    expect(posterior).toMatch(/; the worst with \d+ %/);
    expect(posterior).toMatch(/The answer is of (what is left|a network that was trained)/);
    expect([...elements(posterior, "html")].length).toBeGreaterThan(100);
  });
});

describe("the report page of a strategy that abandons nothing", () => {
  it("shows its samples, its answer and how sure that is, and no count of rounds", () => {
    const evolution = reportHtml(reportInput({ strategy: "evolution" }));
    expect(evolution).toContain("This search has no rounds: nothing was abandoned.");
    expect(evolution).toContain("The answer is of a network that was trained as a sample");
    expect(evolution).not.toContain("<dt>rounds</dt>");
    expect(evolution).toContain("how often the best sample would have the same operation");
    expect(html).toContain("<dt>rounds</dt>");
  });
});
