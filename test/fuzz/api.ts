import { readFileSync } from "node:fs";
import { descriptorSetPath } from "@bnas/proto";
import {
  createFileRegistry,
  type DescField,
  type DescMessage,
  type DescMethod,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
} from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

// The API as its descriptors say it: whatever is added to proto/ is met here.

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptorSetPath)));

/** Every method of every service of bnas.v1. */
export const methods: readonly DescMethod[] = [...registry]
  .filter((type) => type.kind === "service")
  .filter(({ typeName }) => typeName.startsWith("bnas.v1."))
  .flatMap((service) => service.methods);

/** The path that a call names: `/bnas.v1.SearchService/GetSearch`. */
export const pathOf = ({ parent, name }: DescMethod): string => `/${parent.typeName}/${name}`;

/** A message on the wire from its JSON. */
export const bytesOf = (message: DescMessage, json: JsonValue): Uint8Array =>
  toBinary(message, fromJson(message, json));

/** Every string field at the top of a message. */
export const stringsOf = ({ fields }: DescMessage): readonly DescField[] =>
  fields.filter((field) => field.fieldKind === "scalar" && field.scalar === 9);

/** `spec.data.imageSize` as a field violation names it: `spec.data.image_size`. Undefined where the message has no such field. */
export const violationPath = (message: DescMessage, jsonPath: string): string | undefined =>
  walk(message, jsonPath, (field) => field.jsonName);

/** Whether a field violation names a field of this request: `spec.data.image_size`, `normal[3]`. */
export const isFieldOf = (message: DescMessage, path: string): boolean =>
  walk(message, path, (field) => field.name) !== undefined;

const walk = (message: DescMessage, path: string, nameOf: (field: DescField) => string): string | undefined => {
  const names: string[] = [];
  let inside: DescMessage | undefined = message;
  for (const part of path.split(".")) {
    const [, name, index = ""] = /^(\w+)(\[\d+\])?$/.exec(part) ?? [];
    const field: DescField | undefined = inside?.fields.find((one) => nameOf(one) === name);
    if (field === undefined || (index !== "" && field.fieldKind !== "list")) return undefined;
    names.push(field.name + index);
    inside = field.fieldKind === "message" ? field.message : undefined;
  }
  return names.join(".");
};
