import { readFileSync } from "node:fs";
import { FACT_KINDS, type Fact, matches, mayWrite, subjectOf, type Writer } from "@bnas/search";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { covering } from "../src/link/covering.js";
import { defaultAccountLimits, natsLimits } from "../src/permissions/account-limits.js";
import { natsAccounts } from "../src/permissions/accounts.js";
import { natsPermissions } from "../src/permissions/permissions.js";
import { permissionsTable } from "../src/permissions/permissions-table.js";

const services: readonly Writer[] = ["pruner", "trainer", "evaluator"];
const read = (file: string): string => readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");

/** Whether NATS lets the user of a service publish there. */
const may = (service: Writer, subject: string): boolean => {
  const { allowed, denied } = natsPermissions(service);
  const isIn = (patterns: readonly string[]) => patterns.some((pattern) => matches(pattern, subject));
  return isIn(allowed.map((right) => right.subject)) && !isIn(denied);
};

/** What of a fact its subject is made of, in every kind. */
const facts = fc.record({
  kind: fc.constantFrom(...FACT_KINDS),
  stage: fc.constantFrom("warmup", "settle"),
  epoch: fc.nat(),
  round: fc.nat(),
  pass: fc.nat(),
  sample: fc.nat(),
  model: fc.nat(),
  control: fc.nat(),
  repeat: fc.nat(),
});
const ids = fc.stringMatching(/^[a-z0-9-]{1,63}$/);

describe("the permissions of a service on NATS", () => {
  it("let it publish the facts that it writes, on every subject that they may have, and no fact of another", () => {
    fc.assert(
      fc.property(ids, facts, (id, fact) => {
        const subject = subjectOf(id, fact as unknown as Fact);
        expect(subject).not.toContain("undefined");
        for (const service of services) expect(may(service, subject)).toBe(mayWrite(service, fact.kind));
      }),
      { numRuns: 500 },
    );
  });

  it("let no trainer and no evaluator make, change, purge or delete a stream", () => {
    for (const service of ["trainer", "evaluator"] as const) {
      for (const stream of ["BNAS", "OBJ_bnas-blobs", "KV_BNAS-leases"]) {
        for (const verb of ["CREATE", "UPDATE", "PURGE", "DELETE", "MSG.DELETE", "SNAPSHOT", "RESTORE"]) {
          expect(may(service, `$JS.API.STREAM.${verb}.${stream}`)).toBe(false);
        }
      }
    }
    expect(may("pruner", "$JS.API.STREAM.DELETE.BNAS")).toBe(false);
  });

  it("let workers take, answer, change and remove jobs under their own name alone", () => {
    const about = (name: string) => [
      `$JS.API.CONSUMER.DURABLE.CREATE.BNAS.${name}`,
      `$JS.API.CONSUMER.INFO.BNAS.${name}`,
      `$JS.API.CONSUMER.DELETE.BNAS.${name}`,
      `$JS.API.CONSUMER.MSG.NEXT.BNAS.${name}`,
      `$JS.ACK.BNAS.${name}.1.7.3.1760000000000000000.0`,
    ];
    for (const service of services) {
      for (const worker of ["trainer", "evaluator"]) {
        for (const subject of about(worker)) expect(may(service, subject)).toBe(service === worker);
        // A watcher's consumer has a name of its own.
        expect(may(service, `$JS.API.CONSUMER.CREATE.BNAS.${worker}.bnas.search.>`)).toBe(service === worker);
      }
      expect(may(service, "$JS.API.CONSUMER.CREATE.BNAS.Xy1_1.bnas.search.>")).toBe(true);
    }
    for (const subject of about("trainer-abc")) expect(may("trainer", subject)).toBe(true);
  });

  it("let an evaluator read blobs, and write none", () => {
    expect(may("evaluator", "$JS.API.DIRECT.GET.OBJ_bnas-blobs")).toBe(true);
    expect(may("evaluator", "$O.bnas-blobs.C.x")).toBe(false);
    expect(may("trainer", "$O.bnas-blobs.C.x")).toBe(true);
    expect(may("trainer", "$O.other.C.x")).toBe(false);
  });

  it("are for the stream and the bucket that are named, and no other", () => {
    const places = { stream: "MINE", bucket: "mine" };
    expect(natsAccounts(places)).not.toMatch(/bnas-blobs|BNAS\.|_BNAS/);
    expect(natsAccounts(places)).toContain('"bnas.api.DIRECT.GET.OBJ_mine"');
  });

  it("are those of deploy/nats/accounts.conf and of docs/security.md (npm run docs --workspace packages/nats)", () => {
    expect(read("deploy/nats/accounts.conf")).toBe(natsAccounts());
    expect(read("deploy/nats/limits.conf")).toBe(natsLimits());
    expect(read("deploy/nats/nats.conf")).toContain(`max_file: ${defaultAccountLimits.store} }`);
    const cells = (text: string) => text.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
    const table = /<!-- permissions -->\n(.*?)\n<!-- end of permissions -->/s.exec(read("docs/security.md"))?.[1] ?? "";
    const rows = (text: string) => cells(text.trim()).filter(([, first]) => !/^-+$/.test(first ?? ""));
    expect(rows(table)).toEqual(rows(permissionsTable()));
  });
});

describe("one pattern for several", () => {
  it("covers every subject that one of them covers", () => {
    const token = fc.constantFrom("a", "b", "*");
    const pattern = fc
      .tuple(fc.array(token, { minLength: 1, maxLength: 4 }), fc.boolean())
      .map(([tokens, open]) => [...tokens, ...(open ? [">"] : [])].join("."));
    const subject = fc
      .array(fc.constantFrom("a", "b", "c"), { minLength: 1, maxLength: 6 })
      .map((one) => one.join("."));
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 4 }), subject, (patterns, one) => {
        fc.pre(patterns.some((each) => matches(each, one)));
        expect(matches(covering(patterns), one)).toBe(true);
      }),
    );
  });

  it("is as narrow as their tokens allow", () => {
    const ends = ["finished", "failed", "cancelled"].map((end) => `bnas.search.*.${end}`);
    expect(covering(ends)).toBe("bnas.search.*.*");
    expect(covering(["bnas.search.s.>"])).toBe("bnas.search.s.>");
  });
});
