import { type InvalidInput, isInvalidInput } from "@bnas/errors";
import { parseSpec, SPEC_FIELDS } from "@bnas/search";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimalKeys } from "../src/crd/spec-schema.js";
import { specInputOf, specOf } from "../src/see/manifest.js";

const manifest = (spec: object) => ({
  apiVersion: "bnas.dev/v1alpha1",
  kind: "ArchitectureSearch",
  metadata: { name: "first" },
  spec,
});

const refusal = (act: () => unknown): InvalidInput => {
  try {
    act();
  } catch (error) {
    if (isInvalidInput(error)) return error;
    throw error;
  }
  throw new Error("it was not refused");
};

describe("the manifest of an ArchitectureSearch", () => {
  it("is a spec whose decimals are in quotes", () => {
    const input = specInputOf(
      manifest({ dataset: "shapes:", preset: "smoke", weights: { rate: "0.05", decay: "5e-4" } }),
    );
    expect(parseSpec(input)).toEqual(
      parseSpec({ dataset: "shapes:", preset: "smoke", weights: { rate: 0.05, decay: 5e-4 } }),
    );
  });

  it("says what any spec says: each goes there and back", () => {
    const decimals = decimalKeys();
    fc.assert(
      fc.property(
        fc.constantFrom("smoke", "quick", "cifar10", "imagenet"),
        fc.nat(1000),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (preset, seed, momentum) => {
          const spec = parseSpec({ preset, seed, weights: { momentum } });
          const { dedicated: _, genotype: __, ...said } = spec;
          const quoted = Object.fromEntries(
            Object.entries(said).map(([section, value]) => [
              section,
              typeof value === "object"
                ? Object.fromEntries(
                    Object.entries(value).map(([field, one]) => [
                      field,
                      decimals.includes(`${section}.${field}`) ? String(one) : one,
                    ]),
                  )
                : value,
            ]),
          );
          expect(parseSpec(specInputOf(manifest(quoted)))).toEqual(spec);
        },
      ),
    );
  });

  it("says nothing of a search by where and whether it runs", () => {
    const where = {
      trainers: { max: 4, resources: { limits: { "nvidia.com/gpu": 1 } } },
      suspend: true,
      queueName: "gpus",
      ttlSecondsAfterFinished: 60,
    };
    expect(specInputOf(manifest({ dataset: "shapes:", ...where }))).toEqual({ dataset: "shapes:" });
  });

  it("refuses a decimal without quotes and tells how to write it, as the API server does", () => {
    const { field, hint } = refusal(() => specInputOf(manifest({ dataset: "shapes:", weights: { rate: 0.05 } })));
    expect(field).toBe("spec.weights.rate");
    expect(hint).toBe('Write "0.05".');
  });

  it.each(["", " 1", "1.", ".5", "0x10", "1e", "-1", "Infinity", "NaN", "1,5"])("refuses the decimal %j", (text) => {
    expect(refusal(() => specInputOf(manifest({ weights: { rate: text } }))).field).toBe("spec.weights.rate");
  });

  it("refuses `dedicated`, which is the operator's to say", () => {
    expect(refusal(() => specInputOf(manifest({ dataset: "shapes:", dedicated: false }))).field).toBe("spec.dedicated");
    expect(specOf({ dataset: "shapes:" }).dedicated).toBe(true);
  });

  it("refuses another kind, another version and a spec that is none, by name", () => {
    expect(refusal(() => specInputOf({ ...manifest({}), kind: "Job" })).field).toBe("kind");
    expect(refusal(() => specInputOf({ ...manifest({}), apiVersion: "bnas.dev/v1" })).field).toBe("apiVersion");
    expect(refusal(() => specInputOf({ ...manifest({}), spec: [] })).field).toBe("spec");
  });

  it("knows every decimal of the spec", () => {
    const numbers = SPEC_FIELDS.flatMap(({ key, allowed }) => (allowed.startsWith("a number") ? [key] : []));
    expect([...decimalKeys()].sort()).toEqual([...numbers].sort());
  });
});
