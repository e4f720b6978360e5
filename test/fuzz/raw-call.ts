import { type Channel, createClientFactory, type Metadata } from "nice-grpc";
import { ClientError, Status } from "nice-grpc-common";
import { BadRequest, errorDetailsClientMiddleware, RichClientError } from "nice-grpc-error-details";

/** How a call ended. `headerBytes`: of its error in the trailers; clients in C and Python take 8 KiB. */
export type Answer = {
  readonly code: Status;
  readonly details: string;
  /** Fields that google.rpc.BadRequest says are wrong. */
  readonly violations: readonly string[];
  readonly headerBytes: number;
};

const identity = (bytes: Uint8Array): Uint8Array => bytes;
const asBytes = {
  requestSerialize: identity,
  requestDeserialize: identity,
  responseSerialize: identity,
  responseDeserialize: identity,
  options: {},
};
const factory = createClientFactory().use(errorDetailsClientMiddleware);

/** A call that is never answered is a fault that has been; a minute is beyond any answer. */
const patienceMs = 60_000;

/** Send these bytes as the message of a call. Of a stream one answer is read, and then it is left. */
export const rawCall = async (channel: Channel, path: string, bytes: Uint8Array, stream: boolean): Promise<Answer> => {
  let headerBytes = 0;
  const onTrailer = (trailer: Metadata) => {
    headerBytes += sizeOf(trailer);
  };
  const patience = AbortSignal.timeout(patienceMs);
  const options = { onTrailer, signal: patience };
  try {
    if (stream) {
      const call = { path, requestStream: false, responseStream: true, ...asBytes } as const;
      for await (const _ of factory.create({ call }, channel).call(bytes, options)) break;
    } else {
      const call = { path, requestStream: false, responseStream: false, ...asBytes } as const;
      await factory.create({ call }, channel).call(bytes, options);
    }
    return { code: Status.OK, details: "", violations: [], headerBytes };
  } catch (error) {
    if (patience.aborted) {
      return { code: Status.DEADLINE_EXCEEDED, details: "no answer within a minute", violations: [], headerBytes: 0 };
    }
    if (!(error instanceof ClientError)) throw error;
    const { code, details } = error;
    const extra = error instanceof RichClientError ? error.extra : [];
    const violations = extra.flatMap((detail) =>
      detail.$type === BadRequest.$type ? detail.fieldViolations.map(({ field }) => field) : [],
    );
    return { code, details, violations, headerBytes: headerBytes + Buffer.byteLength(encodeURI(details)) };
  }
};

/** Bytes as HTTP/2 counts them: 32 an entry beside its name and its value. */
const sizeOf = (metadata: Metadata): number => {
  let size = 0;
  for (const [name, values] of metadata) {
    for (const value of values) {
      size += 32 + name.length + (typeof value === "string" ? value.length : Math.ceil(value.length / 3) * 4);
    }
  }
  return size;
};
