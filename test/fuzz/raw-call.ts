import { type Channel, type Client, createClientFactory, type Metadata } from "nice-grpc";
import { ClientError, Status } from "nice-grpc-common";
import { BadRequest, errorDetailsClientMiddleware, RichClientError } from "nice-grpc-error-details";

/** How a call ended. `headerBytes`: of its trailers; a client in C or Python takes 8 KiB. */
export type Ended = {
  readonly code: Status;
  readonly details: string;
  /** What google.rpc.BadRequest says is wrong with the request. */
  readonly violations: readonly { readonly field: string; readonly description: string }[];
  readonly headerBytes: number;
};

const identity = (bytes: Uint8Array): Uint8Array => bytes;

const methodOf = (path: string, responseStream: boolean) => ({
  path,
  requestStream: false as const,
  responseStream,
  requestSerialize: identity,
  requestDeserialize: identity,
  responseSerialize: identity,
  responseDeserialize: identity,
  options: {},
});

/** Send these bytes as the one message of a call. Of a stream one answer is read, and then it is left. */
export const rawCall = async (
  channel: Channel,
  path: string,
  bytes: Uint8Array,
  { stream, signal }: { readonly stream: boolean; readonly signal?: AbortSignal },
): Promise<Ended> => {
  let trailer: Metadata | undefined;
  const options = {
    ...(signal === undefined ? {} : { signal }),
    onTrailer: (metadata: Metadata) => {
      trailer = metadata;
    },
  };
  const factory = createClientFactory().use(errorDetailsClientMiddleware);
  try {
    if (stream) {
      const client: Client<{ call: ReturnType<typeof methodOf> & { responseStream: true } }> = factory.create(
        { call: { ...methodOf(path, true), responseStream: true as const } },
        channel,
      );
      for await (const _ of client.call(bytes, options)) break;
    } else {
      const client: Client<{ call: ReturnType<typeof methodOf> & { responseStream: false } }> = factory.create(
        { call: { ...methodOf(path, false), responseStream: false as const } },
        channel,
      );
      await client.call(bytes, options);
    }
    return { code: Status.OK, details: "", violations: [], headerBytes: sizeOf(trailer) };
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    const extra = error instanceof RichClientError ? error.extra : [];
    const violations = extra.flatMap((detail) =>
      detail.$type === BadRequest.$type
        ? detail.fieldViolations.map(({ field, description }) => ({ field, description }))
        : [],
    );
    const headerBytes = sizeOf(trailer) + Buffer.byteLength(encodeURI(error.details));
    return { code: error.code, details: error.details, violations, headerBytes };
  }
};

/** Bytes as HTTP/2 counts them: 32 for an entry beside its name and its value. */
const sizeOf = (metadata: Metadata | undefined): number => {
  let size = 0;
  for (const [name, values] of metadata ?? []) {
    for (const value of values) {
      size += 32 + name.length + (typeof value === "string" ? value.length : Math.ceil(value.length / 3) * 4);
    }
  }
  return size;
};
