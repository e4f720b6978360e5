import { Status } from "nice-grpc-common";
import { isFieldOf } from "./api.js";
import type { Answer } from "./raw-call.js";
import type { BadCall } from "./requests.js";

/** Bytes of headers that any gRPC client takes. */
export const MOST_HEADER = 8 * 1024;

/** What is wrong with the answer to a bad call; undefined: nothing. */
export const problemOf = ({ code, fields, method }: BadCall, answer: Answer): string | undefined => {
  const said = `${Status[answer.code]} (${answer.details.slice(0, 300)})`;
  if (answer.code !== code) return `${said} instead of ${Status[code]}`;
  if (answer.headerBytes > MOST_HEADER) return `${answer.headerBytes} bytes of headers`;
  if (code !== Status.INVALID_ARGUMENT) return undefined;
  const [field] = answer.violations;
  if (field === undefined) return `${said} names no field`;
  if (field !== "request" && !isFieldOf(method.input, field)) return `${field} is no field of ${method.input.typeName}`;
  const isBlamed = fields.some(
    (path) => field === path || field.startsWith(`${path}.`) || field.startsWith(`${path}[`),
  );
  return isBlamed ? undefined : `${said} blames ${field} instead of ${fields.join(" or ")}`;
};

/**
 * By how much memory has grown, in MiB: its least in the last quarter of the measurements above its least in the second, which
 * is what collections of garbage leave. The first quarter warms up.
 */
export const growth = (memory: readonly number[]): number => {
  const quarter = Math.floor(memory.length / 4);
  return Math.min(...memory.slice(-quarter)) - Math.min(...memory.slice(quarter, 2 * quarter));
};
