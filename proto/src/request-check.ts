import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createFileRegistry, type DescField, type DescMessage, fromBinary, ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

/** File of the compiled descriptors (a FileDescriptorSet), for server reflection. */
export const descriptorSetPath: string = fileURLToPath(new URL("../bnas.binpb", import.meta.url));

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptorSetPath)));
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Whether bytes are a request of a method, to the letter: whole fields, whole messages in them, strings of UTF-8. The generated
 * decoders are more lenient: a zero byte ends a message for them, so that one which was cut off can pass for a shorter one.
 * Says nothing of services that the descriptors do not have. Throws an Error that says what is wrong.
 */
export const checkRequest = (service: string, method: string, bytes: Uint8Array): void => {
  const found = registry.getService(service)?.methods.find(({ name }) => name === method);
  if (found !== undefined) checkMessage(found.input, bytes);
};

const checkMessage = (message: DescMessage, bytes: Uint8Array): void => {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const value = reader.skip(wireType, number);
    const field = message.fields.find((one) => one.number === number);
    if (field !== undefined && wireType === WireType.LengthDelimited) checkField(field, new BinaryReader(value).bytes());
  }
};

const checkField = (field: DescField, bytes: Uint8Array): void => {
  if (field.message !== undefined) checkMessage(field.message, bytes);
  else if (field.scalar === ScalarType.STRING && field.fieldKind !== "map") checkText(field, bytes);
};

const checkText = ({ name }: DescField, bytes: Uint8Array): void => {
  try {
    utf8.decode(bytes);
  } catch {
    throw new Error(`${name} is not UTF-8`);
  }
};
