import { MeshError } from "@bnas/disk";
import { Retry } from "@bnas/jobs";
import { InvalidInput } from "@bnas/search";
import { BlobAltered, BlobMissing } from "@bnas/store";
import { ClientError, ServerError, Status } from "nice-grpc-common";
import { BadRequest, ErrorInfo, RichClientError, RichServerError } from "nice-grpc-error-details";
import { headerText } from "./header-text.js";

// An error crosses as its gRPC code, a text for people, and for programs google.rpc details: BadRequest names the field, and
// ErrorInfo carries what the other side needs to throw the same error again.
// All of it stays below the 8 KiB of headers that every client takes, however long the input was (header-text.ts).
const domain = "bnas.dev";
const most = { message: 800, part: 400, value: 200, field: 150 };

/** What a caller is told of an error of ours; null: it is not one that callers can do anything about. */
export function toRpcError(error: unknown): ServerError | null {
  if (error instanceof RichServerError) return error;
  if (error instanceof ServerError) return new ServerError(error.code, headerText(error.details, most.message));
  if (error instanceof InvalidInput) return invalidArgument(error);
  if (error instanceof MeshError) return fault(error.code, error.message, error.hint);
  if (error instanceof BlobMissing) return fault(Status.NOT_FOUND, error.message, "");
  if (error instanceof BlobAltered) return fault(Status.DATA_LOSS, error.message, "");
  if (error instanceof Retry) return fault(Status.UNAVAILABLE, error.message, "It may pass: call again.");
  return null;
}

const invalidArgument = ({ field, value, allowed, hint }: InvalidInput): ServerError => {
  const path = headerText(requestPath(field), most.field);
  const message = headerText(new InvalidInput(path, value, allowed, hint).message, most.message);
  const metadata = {
    field: headerText(field, most.field),
    value: shortJson(value),
    allowed: headerText(allowed, most.part),
    hint: headerText(hint, most.part),
  };
  return new RichServerError(Status.INVALID_ARGUMENT, message, [
    BadRequest.fromPartial({ fieldViolations: [{ field: path, description: message }] }),
    ErrorInfo.fromPartial({ reason: "INVALID_INPUT", domain, metadata }),
  ]);
};

/** A field as the request spells it: `spec.data.imageSize` of the configuration file is `spec.data.image_size`. */
const requestPath = (field: string): string =>
  field.replace(/[a-z0-9][A-Z]/g, ([before = "", capital = ""]) => `${before}_${capital.toLowerCase()}`);

const fault = (code: Status, message: string, hint: string): ServerError =>
  new RichServerError(code, headerText(hint === "" ? message : `${message}; ${hint}`, most.message), [
    ErrorInfo.fromPartial({
      reason: Status[code],
      domain,
      metadata: { message: headerText(message, most.message), hint: headerText(hint, most.part) },
    }),
  ]);

function shortJson(value: unknown): string {
  const json = JSON.stringify(value) ?? "null";
  return json.length <= most.value ? json : JSON.stringify(headerText(json, most.value));
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
