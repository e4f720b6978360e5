import { InvalidInput } from "@bnas/search";
import { ClientError, ServerError, Status } from "nice-grpc-common";
import { BadRequest, ErrorInfo, RichClientError, RichServerError } from "nice-grpc-error-details";
import { MeshError } from "../errors.js";
import { Retry } from "../log/retry.js";
import { BlobAltered, BlobMissing } from "../store/blob-errors.js";

// An error crosses as its gRPC code, a text for people, and for programs google.rpc details: BadRequest names the field, and
// ErrorInfo carries what the other side needs to throw the same error again.
const domain = "bnas.dev";
const longestValue = 500;

/** What a caller is told of an error of ours; null: it is not one that callers can do anything about. */
export function toRpcError(error: unknown): ServerError | null {
  if (error instanceof ServerError) return error;
  if (error instanceof InvalidInput) {
    const { field, allowed, hint, message } = error;
    const value = shortJson(error.value);
    return new RichServerError(Status.INVALID_ARGUMENT, message, [
      BadRequest.fromPartial({ fieldViolations: [{ field, description: message }] }),
      ErrorInfo.fromPartial({ reason: "INVALID_INPUT", domain, metadata: { field, value, allowed, hint } }),
    ]);
  }
  if (error instanceof MeshError) return fault(error.code, error.message, error.hint);
  if (error instanceof BlobMissing) return fault(Status.NOT_FOUND, error.message, "");
  if (error instanceof BlobAltered) return fault(Status.DATA_LOSS, error.message, "");
  if (error instanceof Retry) return fault(Status.UNAVAILABLE, error.message, "It may pass: call again.");
  return null;
}

const fault = (code: Status, message: string, hint: string): ServerError =>
  new RichServerError(code, hint === "" ? message : `${message}; ${hint}`, [
    ErrorInfo.fromPartial({ reason: Status[code], domain, metadata: { message, hint } }),
  ]);

function shortJson(value: unknown): string {
  const json = JSON.stringify(value) ?? "null";
  return json.length <= longestValue ? json : JSON.stringify(`${json.slice(0, longestValue)}...`);
}

/**
 * What a call failed by, as the service threw it: InvalidInput with its field, or MeshError with its code and hint. Errors that
 * did not come from a call stay as they are.
 */
export function fromRpcError(error: unknown): unknown {
  if (!(error instanceof ClientError)) return error;
  const details = error instanceof RichClientError ? error.extra : [];
  for (const detail of details) {
    if (detail.$type !== ErrorInfo.$type || detail.domain !== domain) continue;
    const { field = "", value = "null", allowed = "", hint = "", message = error.details } = detail.metadata;
    return error.code === Status.INVALID_ARGUMENT && field !== ""
      ? new InvalidInput(field, JSON.parse(value), allowed, hint)
      : new MeshError(error.code, message, hint, { cause: error });
  }
  const violations = details.flatMap((detail) => (detail.$type === BadRequest.$type ? detail.fieldViolations : []));
  const message = violations.map(({ field, description }) => `${field}: ${description}`).join("; ") || error.details;
  return new MeshError(error.code, `${error.path}: ${message}`, hints.get(error.code) ?? "", { cause: error });
}

const hints = new Map<Status, string>([
  [Status.UNAVAILABLE, "Is the service running, and is its address right?"],
  [Status.DEADLINE_EXCEEDED, "Give the call a longer deadline, or look why the service is slow."],
  [Status.UNIMPLEMENTED, "Is the address that of another service, or of another version?"],
]);
