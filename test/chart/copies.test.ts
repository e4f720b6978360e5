import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chart } from "./helm.js";

const deploy = new URL("../../deploy", import.meta.url).pathname;
const text = (...path: readonly string[]): string => readFileSync(join(...path), "utf8");

// A chart takes no file from outside of its folder, so that some are there twice.
describe("the files of the chart", () => {
  it("hold the CustomResourceDefinition of deploy/crd: cp deploy/crd/*.yaml charts/bnas/files/crd/", () => {
    const names = readdirSync(join(deploy, "crd")).filter((name) => name.endsWith(".yaml"));
    expect(readdirSync(join(chart, "files/crd"))).toEqual(names);
    for (const name of names) expect(text(chart, "files/crd", name)).toBe(text(deploy, "crd", name));
  });

  it("hold the accounts of NATS of deploy/nats: cp deploy/nats/accounts.conf charts/bnas/files/nats/", () => {
    expect(text(chart, "files/nats/accounts.conf")).toBe(text(deploy, "nats/accounts.conf"));
  });
});
