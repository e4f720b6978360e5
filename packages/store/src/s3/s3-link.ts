import { setTimeout as sleep } from "node:timers/promises";
import { S3Client } from "@aws-sdk/client-s3";
import { backOff, fault } from "@bnas/errors";
import type { Environment } from "@bnas/telemetry";
import type { S3Address } from "./s3-address.js";
import { isTemporaryS3Fault, refusedByS3, s3Unavailable } from "./s3-failure.js";

const waitsMs = { first: 100, most: 2_000 };
const DEFAULT_PATIENCE_MS = 120_000;
const OPEN_PATIENCE_MS = 15_000;

/** Where a bucket is. */
export type S3LinkOptions = S3Address & {
  /** How long a call waits for the server to come back before it rejects with UNAVAILABLE, in milliseconds. */
  readonly patienceMs?: number;
  /** Of the process: AWS_REGION, beside an endpoint. */
  readonly env?: Environment;
};

/** A bucket, and how long to wait for it. */
export class S3Link {
  readonly bucket: string;
  /** URL of the server for errors; `AWS` for Amazon's own. */
  readonly endpoint: string;
  readonly #client: S3Client;
  readonly #patienceMs: number;
  readonly #closing = new AbortController();

  constructor({ bucket, endpoint, region, pathStyle, env = {}, patienceMs = DEFAULT_PATIENCE_MS }: S3LinkOptions) {
    this.bucket = bucket;
    this.endpoint = endpoint ?? "AWS";
    this.#patienceMs = patienceMs;
    const named = region ?? (endpoint === undefined ? undefined : (env.AWS_REGION ?? "us-east-1"));
    this.#client = new S3Client({
      forcePathStyle: pathStyle,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(named === undefined ? {} : { region: named }),
      // The loop in `patiently` is what waits; the second attempt here sets the clock right by that of the server.
      maxAttempts: 2,
      // We send SHA-256 and check it ourselves; servers that know no other checksum choke on the SDK's.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      requestHandler: { connectionTimeout: 5_000, socketTimeout: 30_000 },
    });
  }

  /**
   * Try something until it succeeds, as long as the obstacle is temporary. It must be safe to do it twice. Rejects with an error of
   * ours, and with what `act` rejects with itself where `mine` knows it.
   * @param what is done, for the error: `put 9f86...`
   */
  async patiently<Answer>(
    what: string,
    act: (client: S3Client) => Promise<Answer>,
    {
      mine = () => false,
      patienceMs = this.#patienceMs,
    }: { mine?: (error: unknown) => boolean; patienceMs?: number } = {},
  ): Promise<Answer> {
    const end = performance.now() + patienceMs;
    for (let failures = 1; ; failures++) {
      if (this.#closing.signal.aborted) throw fault("UNAVAILABLE", `${what}: the store is closed`, "");
      try {
        return await act(this.#client);
      } catch (error) {
        if (mine(error)) throw error;
        if (!isTemporaryS3Fault(error)) throw refusedByS3(what, this, error);
        if (performance.now() > end) throw s3Unavailable(what, this, error);
        await sleep(backOff(failures, waitsMs), undefined, { signal: this.#closing.signal }).catch(() => {});
      }
    }
  }

  /** The same while the store is opened: a wrong address must fail soon. */
  patientlyOpening<Answer>(what: string, act: (client: S3Client) => Promise<Answer>): Promise<Answer> {
    return this.patiently(what, act, { patienceMs: Math.min(OPEN_PATIENCE_MS, this.#patienceMs) });
  }

  close(): void {
    this.#closing.abort();
    this.#client.destroy();
  }
}
