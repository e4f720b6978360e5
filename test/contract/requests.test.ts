import { CreateSearchRequest, checkRequest, GetTrainerRequest } from "@bnas/proto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesOf, methods } from "../fuzz/api.js";

const create = CreateSearchRequest.encode(
  CreateSearchRequest.fromPartial({
    searchId: "漢-is-checked-later",
    spec: { preset: "smoke", network: { cells: 2 }, weights: { rate: 0.1 }, data: { flip: false } },
    validateOnly: true,
  }),
).finish();
const check = (bytes: Uint8Array) => checkRequest("bnas.v1.SearchService", "CreateSearch", bytes);

describe("the letter of a request", () => {
  it("is kept by what every method's client sends", () => {
    for (const { input, name, parent } of methods) checkRequest(parent.typeName, name, bytesOf(input, {}));
    check(create);
    checkRequest("bnas.v1.TrainerService", "GetTrainer", GetTrainerRequest.encode({}).finish());
  });

  it("is kept by fields that are not known, and by known ones of another wire type", () => {
    const unknown = [0xfa, 0x3e, 0x01, 0x00];
    const numberForText = [0x08, 0x07];
    check(Buffer.concat([create, Buffer.from([...unknown, ...numberForText])]));
  });

  it("is broken by every beginning of a request that ends within a field", () => {
    // The whole fields of the request end here: the id, the spec, the flag.
    const ends = new Set([0, create.length]);
    const idEnd = 2 + (create[1] ?? 0);
    ends.add(idEnd).add(idEnd + 2 + (create[idEnd + 1] ?? 0));
    for (let length = 0; length <= create.length; length++) {
      if (ends.has(length)) check(create.subarray(0, length));
      else expect(() => check(create.subarray(0, length)), `${length} bytes`).toThrow();
    }
  });

  it("says nothing that the generated decoder does not take, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          check(bytes);
        } catch {
          return;
        }
        CreateSearchRequest.decode(bytes);
      }),
    );
  });

  it("is not asked of services that no descriptor is here of", () => {
    checkRequest("other.v1.Other", "Check", Buffer.from([0xff]));
  });
});
