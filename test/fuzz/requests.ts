import { type Stream, stream } from "@bnas/search";
import type { DescMethod, JsonObject, JsonValue } from "@bufbuild/protobuf";
import { Status } from "nice-grpc-common";
import { bytesOf, methods, pathOf, stringsOf, violationPath } from "./api.js";
import { type Subject, subjects } from "./subjects.js";
import { brokenBytes, field, unknownFields } from "./wire.js";

/** A call that is refused. `fields`: those of which a field violation names one; none: the code has no field. */
export type BadCall = {
  readonly method: DescMethod;
  readonly bytes: Uint8Array;
  /** What is wrong with it, for the reader of the failure. */
  readonly wrong: string;
  readonly code: Status;
  readonly fields: readonly string[];
};

/** Bad call number `index` of a seed: every method in turn. */
export const badCall = (seed: number, index: number): BadCall => {
  const random = stream(seed, "fuzz", index);
  const method = methods[index % methods.length];
  if (method === undefined) throw new RangeError("the API has no methods");
  const subject = subjects[pathOf(method)];
  if (subject === undefined) throw new Error(`test/fuzz/subjects.ts does not say how to call ${pathOf(method)}`);
  const hasId =
    subject.takesAnyId !== true &&
    method.input.fields.some(({ jsonName }) => jsonName === "searchId") &&
    pathOf(method) !== "/bnas.v1.SearchService/CreateSearch";
  const kinds = [
    ...(subject.fields.length > 0 ? [oneField, oneField, oneField, oneField] : []),
    ...(hasId ? [unknownId] : []),
    ...((subject.states?.length ?? 0) > 0 ? [wrongState] : []),
    ...(stringsOf(method.input).length > 0 ? [noUtf8] : []),
    broken,
  ];
  return (kinds[random.below(kinds.length)] ?? broken)(method, subject, random);
};

type Make = (method: DescMethod, subject: Subject, random: Stream) => BadCall;

const oneField: Make = (method, subject, random) => {
  const bad = subject.fields[random.below(subject.fields.length)];
  if (bad === undefined) throw new RangeError(`${pathOf(method)} has no field that can be wrong`);
  const value = bad.draw(random);
  const request = put(subject.valid(random), bad.field.split("."), value);
  return {
    method,
    bytes: Buffer.concat([bytesOf(method.input, request), unknownFields(random)]),
    wrong: `${bad.field} = ${JSON.stringify(value).slice(0, 200)}`,
    code: Status.INVALID_ARGUMENT,
    fields: [bad.field, ...(bad.or === undefined ? [] : [bad.or])].map(
      (path) => violationPath(method.input, path) ?? path,
    ),
  };
};

const unknownId: Make = (method, subject, random) => ({
  method,
  bytes: bytesOf(method.input, { ...subject.valid(random), searchId: `no-such-${random.below(1e9)}` }),
  wrong: "a search that was never opened",
  code: Status.NOT_FOUND,
  fields: [],
});

const wrongState: Make = (method, subject, random) => {
  const { request, code } = subject.states?.[random.below(subject.states.length)] ?? { request: {}, code: Status.OK };
  return { method, bytes: bytesOf(method.input, request), wrong: JSON.stringify(request), code, fields: [] };
};

/** The last value of a field counts, so what is sent after a valid message replaces a part of it. */
const noUtf8: Make = (method, subject, random) => {
  const strings = stringsOf(method.input);
  const { number, name } = strings[random.below(strings.length)] ?? { number: 1, name: "" };
  const bytes = Buffer.from([[0xff, 0xfe], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xf8]][random.below(4)] ?? [0xff]);
  return {
    method,
    bytes: Buffer.concat([bytesOf(method.input, subject.valid(random)), field(number, bytes)]),
    wrong: `${name} is no UTF-8`,
    code: Status.INVALID_ARGUMENT,
    fields: ["request"],
  };
};

const broken: Make = (method, subject, random) => {
  const { bytes, wrong } = brokenBytes(bytesOf(method.input, subject.valid(random)), method.input, random);
  return { method, bytes, wrong, code: Status.INVALID_ARGUMENT, fields: ["request"] };
};

const put = (into: JsonObject, [first = "", ...rest]: readonly string[], value: JsonValue): JsonObject => {
  const inner = into[first];
  const isMessage = typeof inner === "object" && inner !== null && !Array.isArray(inner);
  return { ...into, [first]: rest.length === 0 ? value : put(isMessage ? inner : {}, rest, value) };
};
