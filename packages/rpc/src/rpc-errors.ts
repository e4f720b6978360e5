import {
  BnasError,
  CODES,
  codeOfStatus,
  fault,
  fieldOf,
  isBnasError,
  isCode,
  method,
  type Path,
  pathOf,
  text,
} from "@bnas/errors";
import { ClientError, ServerError, Status } from "nice-grpc-common";
import { BadRequest, ErrorInfo, RichClientError, RichServerError } from "nice-grpc-error-details";
import { headerText } from "./header-text.js";
import { textOfHeader, toHeader } from "./text-header.js";

// An error crosses as the status of its code, a text for people, and for programs google.rpc details: BadRequest names the
// field, and ErrorInfo has the code and whatever else the other side needs to throw the same error again.
// All of it stays below the 8 KiB of headers that every client takes, however long the input was (header-text.ts).
const DOMAIN = "bnas.dev";
const most = { message: 800, part: 400, value: 200, field: 150 };

/** What a caller learns of an error of ours; null: callers can do nothing about it. */
export const toRpcError = (error: unknown): ServerError | null => {
  if (error instanceof RichServerError) return error;
  if (error instanceof ServerError) return new ServerError(error.code, headerText(error.details, most.message));
  if (!isBnasError(error)) return null;
  const { code, path, hint, parts } = error;
  const isAboutValue = parts.message === undefined;
  const field = headerText(fieldOf(requestPath(path)), most.field);
  const { message } = isAboutValue ? error.with({ path: [field] }) : error;
  const said = headerText(isAboutValue || hint === "" ? message : `${message}; ${hint}`, most.message);
  const details = ErrorInfo.fromPartial({ reason: code, domain: DOMAIN, metadata: metadataOf(error) });
  return new RichServerError(CODES[code].status.number, said, [
    ...(path.length === 0 ? [] : [BadRequest.fromPartial({ fieldViolations: [{ field, description: said }] })]),
    details,
  ]);
};

/** A path as the request spells it: `imageSize` of the configuration file is `image_size`. */
const requestPath = (path: Path): Path =>
  path.map((part) =>
    typeof part === "number"
      ? part
      : part.replace(/[a-z0-9][A-Z]/g, ([before = "", capital = ""]) => `${before}_${capital.toLowerCase()}`),
  );

const metadataOf = ({ path, parts, delayMs }: BnasError): Record<string, string> => ({
  ...(parts.message === undefined ? {} : toHeader("message", parts.message, most.message)),
  ...toHeader("hint", parts.hint, most.part),
  ...(path.length === 0
    ? {}
    : {
        field: headerText(fieldOf(path), most.field),
        value: shortJson(parts.value),
        ...toHeader("allowed", parts.allowed, most.part),
      }),
  ...(delayMs === undefined ? {} : { delayMs: String(delayMs) }),
});

const shortJson = (value: unknown): string => {
  const json = JSON.stringify(value) ?? "null";
  return json.length <= most.value ? json : JSON.stringify(headerText(json, most.value));
};

/** What a call failed by, as the service threw it. Errors that did not come from a call stay as they are. */
export const fromRpcError = (error: unknown): unknown => {
  if (!(error instanceof ClientError)) return error;
  const details = error instanceof RichClientError ? error.extra : [];
  for (const detail of details) {
    if (detail.$type === ErrorInfo.$type && detail.domain === DOMAIN) return thrownThere(error, detail);
  }
  const violations = details.flatMap((detail) => (detail.$type === BadRequest.$type ? detail.fieldViolations : []));
  const message = violations.map(({ field, description }) => `${field}: ${description}`).join("; ") || error.details;
  const hint = hints.get(error.code) ?? "";
  return fault(codeOfStatus(error.code), text`${method(error.path)}: ${message}`, hint, { cause: error });
};

const thrownThere = (error: ClientError, { reason, metadata }: ErrorInfo): BnasError => {
  const { field, value = "null", delayMs } = metadata;
  const message = textOfHeader("message", metadata) ?? (field === undefined ? error.details : undefined);
  return new BnasError(
    isCode(reason) ? reason : codeOfStatus(error.code),
    {
      message,
      hint: textOfHeader("hint", metadata) ?? "",
      allowed: textOfHeader("allowed", metadata) ?? "",
      path: field === undefined ? [] : pathOf(field),
      value: field === undefined ? undefined : JSON.parse(value),
      delayMs: delayMs === undefined ? undefined : Number(delayMs),
    },
    { cause: error },
  );
};

const hints = new Map<Status, string>([
  [Status.UNAVAILABLE, "Is the service running, and is its address right?"],
  [Status.DEADLINE_EXCEEDED, "Give the call a longer deadline, or look why the service is slow."],
  [Status.UNIMPLEMENTED, "Is the address that of another service, or of another version?"],
]);
