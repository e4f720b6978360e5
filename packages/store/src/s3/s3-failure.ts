import { type BnasError, type Code, fault, invalidInput, noRoom, systemErrorCode } from "@bnas/errors";

/** What an S3 server or its client says when it refuses. (`name` is the error code of the S3 API where there is one.) */
type Refusal = Error & { readonly $metadata?: { readonly httpStatusCode?: number } };

/** HTTP status of an answer, 0 where there was none. */
const statusOf = (error: unknown): number => (error as Refusal | undefined)?.$metadata?.httpStatusCode ?? 0;

/** Error code of the S3 API, or the name of the error. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "");

/** The key is not there. (An answer to HEAD has no body, and so no code.) */
export const isMissing = (error: unknown): boolean => nameOf(error) === "NoSuchKey" || nameOf(error) === "NotFound";

/** A write that was to be the first, and was not. */
export const isThereAlready = (error: unknown): boolean => statusOf(error) === 412;

/** A server that does not know the header If-None-Match. */
export const isUnknownCondition = (error: unknown): boolean => statusOf(error) === 501;

const network = "ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT EHOSTUNREACH ENETUNREACH ENETDOWN ENOTFOUND EAI_AGAIN".split(
  " ",
);

/** A temporary fault: no server answers, the server has too much to do, or two wrote one key at once. */
export const isTemporaryS3Fault = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const code = systemErrorCode(error) ?? ("code" in error ? String(error.code) : "");
  if (network.includes(code) || ["TimeoutError", "RequestTimeout", "SlowDown"].includes(error.name)) return true;
  const status = statusOf(error);
  return status === 409 || status === 429 || (status >= 500 && status !== 501);
};

type Where = { readonly bucket: string; readonly endpoint: string };

/** Patience has ended. @param what was to be done */
export const s3Unavailable = (what: string, { bucket, endpoint }: Where, error: unknown): BnasError =>
  fault(
    "UNAVAILABLE",
    `${what}: bucket ${bucket} at ${endpoint} does not answer (${reasonOf(error)})`,
    "Is the address right and the server up? Then do the same again, which is safe.",
    { cause: error },
  );

/** What the server says no to and will say no to again, in words that tell what to do. @param what was to be done */
export const refusedByS3 = (what: string, { bucket, endpoint }: Where, error: unknown): Error => {
  const place = `bucket ${bucket} at ${endpoint}`;
  const refusal = (code: Code, message: string, hint: string) =>
    fault(code, `${what}: ${place}: ${message}`, hint, { cause: error });
  const name = nameOf(error);
  if (name === "NoSuchBucket" || (name === "NotFound" && statusOf(error) === 404)) {
    const hint = `Make it (\`aws s3 mb s3://${bucket}\`), or correct the name in the address of the store.`;
    return refusal("NOT_FOUND", "there is no such bucket", hint);
  }
  if (unknown.includes(name)) return refusal("UNAUTHENTICATED", reasonOf(error), WHO_WE_ARE);
  if (statusOf(error) === 403 || name === "AccessDenied") {
    return refusal("PERMISSION_DENIED", `access is denied (${reasonOf(error)})`, PERMISSIONS_HINT);
  }
  if (elsewhere.includes(name) || [301, 307, 308].includes(statusOf(error))) {
    const hint = "Give the region that the bucket is in: s3://BUCKET/PREFIX?region=REGION.";
    return refusal("FAILED_PRECONDITION", `it is in another region (${reasonOf(error)})`, hint);
  }
  if (error instanceof Error && /region is missing/i.test(error.message)) {
    const hint = "Give it in the address, s3://BUCKET/PREFIX?region=REGION, or as AWS_REGION.";
    return invalidInput("store region", undefined, "the name of a region such as eu-central-1", hint);
  }
  if (name === "QuotaExceeded" || statusOf(error) === 507) {
    return noRoom(`${what}: ${place}: ${reasonOf(error)}`, "Give the bucket more room, or run `bnas gc`.", {
      cause: error,
    });
  }
  const hint = "The log of the S3 server says more.";
  return refusal("INTERNAL", `${reasonOf(error)} (${name}, status ${statusOf(error)})`, hint);
};

const unknown = [
  "CredentialsProviderError",
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "ExpiredToken",
  "InvalidToken",
  "TokenRefreshRequired",
  "RequestTimeTooSkewed",
];

const elsewhere = ["PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"];

const WHO_WE_ARE =
  "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or AWS_PROFILE, or a role of the machine) in the environment of this process, and look at its clock.";

const PERMISSIONS_HINT =
  "Let these keys do s3:ListBucket on the bucket and s3:GetObject and s3:PutObject on its objects; `bnas gc` needs s3:DeleteObject as well.";

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  // A host with several addresses gives an error of errors, without a message of its own.
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
  return error.message || (inner instanceof Error ? inner.message : error.name);
};
