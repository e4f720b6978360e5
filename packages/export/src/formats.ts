import { invalidInput, nearest } from "@bnas/errors";
import type { ExportFormat } from "./form/exported.js";
import { bnn } from "./formats/bnn.js";
import { c } from "./formats/c.js";
import { onnx } from "./formats/onnx.js";
import { qonnx } from "./formats/qonnx.js";
import { safetensors } from "./formats/safetensors.js";

const FORMATS: readonly ExportFormat[] = [onnx, qonnx, safetensors, c, bnn];

/** The forms that a network can be exported in. */
export const FORMAT_NAMES: readonly string[] = FORMATS.map(({ name }) => name);

/** @throws InvalidInput for a name that no form has */
export const formatOf = (name: string): ExportFormat => {
  const format = FORMATS.find((one) => one.name === name);
  if (format !== undefined) return format;
  throw invalidInput(
    "--format",
    name,
    FORMAT_NAMES.join(", "),
    `Did you mean ${nearest(name, FORMAT_NAMES)}? docs/exports.md says what each is for.`,
  );
};
