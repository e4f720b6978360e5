import { describe, expect, it } from "vitest";
import { printable, showValue, withoutSecret, withoutSecrets } from "../src/index.js";

describe("an address that is shown", () => {
  it.each([
    ["nats://me:S3CRETpw@host:4222", "nats://...@host:4222"],
    ["nats://me:S3/C?R@ET@host:4222/x", "nats://...@host:4222/x"],
    ["nats://host:4222?password=S3CRETpw", "nats://host:4222?password=..."],
    ["nats://host:4222?stream=A&user=me&pass=S3CRETpw", "nats://host:4222?stream=A&user=...&pass=..."],
    [
      "nats://host?stream=A&replicas=3&lease=9&credentials=/etc/nats",
      "nats://host?stream=A&replicas=3&lease=9&credentials=/etc/nats",
    ],
    ["s3://bucket/a?endpoint=http://me:S3CRETpw@host&region=eu", "s3://...@host&region=eu"],
    ["s3://bucket?secretAccessKey=S3CRETpw", "s3://bucket?secretAccessKey=..."],
    ["https://host/#token=S3CRETpw", "https://host/#..."],
    ["file:runs/a.jsonl", "file:runs/a.jsonl"],
  ])("has no secret in it: %s", (address, shown) => {
    expect(withoutSecrets(address)).toBe(shown);
  });

  it("is hidden in a setting, and so is all of a setting that is called a secret", () => {
    expect(withoutSecret("BNAS_LOGG", "nats://me:S3CRETpw@host")).toBe("nats://...@host");
    expect(withoutSecret("BNAS_NATS_PASSWORD", "S3CRETpw")).toBe("...");
    expect(withoutSecret("--token", "S3CRETpw")).toBe("...");
    expect(withoutSecret("--token-file", "/etc/token")).toBe("/etc/token");
    expect(withoutSecret("tlsKey", "/etc/key")).toBe("/etc/key");
    expect(withoutSecret("seed", 7)).toBe(7);
  });
});

describe("a text from outside", () => {
  it("keeps lines, tabs and every letter, and nothing that a terminal obeys", () => {
    expect(printable("größe\t猫\n🦉 e\u0301")).toBe("größe\t猫\n🦉 e\u0301");
    expect(printable("\u0000\u001b\u007f\u009b\r\u2066\u202e")).toBe(
      "\\u0000\\u001b\\u007f\\u009b\\u000d\\u2066\\u202e",
    );
  });
});

describe("a value that is shown", () => {
  it("is what was given where JSON has no word for it", () => {
    expect([Number.NaN, Number.NEGATIVE_INFINITY, [Number.NaN], undefined, 7n].map(showValue)).toEqual([
      "NaN",
      "-Infinity",
      '["NaN"]',
      "undefined",
      "7",
    ]);
  });
});
