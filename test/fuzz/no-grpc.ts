import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { type Stream, stream } from "@bnas/search";
import { Status } from "nice-grpc-common";

// Peers that speak something else than gRPC, or speak it wrongly below its messages.

const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** What a peer that is no gRPC client sends, from a seed. */
export const noise = (seed: number, index: number): Buffer => {
  const random = stream(seed, "fuzz", "noise", index);
  const bytes = randomBytes(random, random.below(4000));
  const starts = [
    "",
    preface,
    "GET / HTTP/1.1\r\nhost: x\r\n\r\n",
    "\x16\x03\x01\x02\x00\x01",
    "POST /bnas.v1.SearchService/GetSearch HTTP/1.1\r\n",
  ];
  return Buffer.concat([Buffer.from(starts[random.below(starts.length)] ?? "", "latin1"), bytes]);
};

const randomBytes = (random: Stream, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => random.below(256)));

/** Send bytes to a port, and hang up. */
export const sendAndLeave = async (address: string, bytes: Buffer): Promise<void> => {
  const socket = connect(Number(address.split(":").at(-1)), "127.0.0.1").on("error", () => {});
  await once(socket, "connect");
  const closed = once(socket, "close");
  socket.end(bytes);
  socket.resume();
  setTimeout(() => socket.destroy(), 200);
  await closed;
};

/** A frame of a gRPC message: whether it is compressed, its length, its bytes. */
const frame = (compressed: 0 | 1, bytes: Buffer, length = bytes.length): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt8(compressed, 0);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, bytes]);
};

/** What answers frames: a gRPC status, or an HTTP status alone. */
export type FrameAnswer = { readonly grpc: Status | undefined; readonly http: number | undefined };

const answered = (grpc: Status): FrameAnswer => ({ grpc, http: 200 });
const nothing = Buffer.alloc(0);

/**
 * Frames that are no message. gRPC itself answers them, before any service of ours: INTERNAL is what its specification says of
 * a message that does not unpack.
 */
export const badFrames: readonly {
  readonly wrong: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly answer: FrameAnswer;
}[] = [
  {
    wrong: "a message that unpacks to 200 MB",
    headers: { "grpc-encoding": "gzip" },
    body: frame(1, gzipSync(Buffer.alloc(200_000_000))),
    answer: answered(Status.RESOURCE_EXHAUSTED),
  },
  {
    wrong: "gzip that is none",
    headers: { "grpc-encoding": "gzip" },
    body: frame(1, Buffer.from("no gzip")),
    answer: answered(Status.INTERNAL),
  },
  {
    wrong: "an unknown compression",
    headers: { "grpc-encoding": "lzma" },
    body: frame(1, Buffer.from("x")),
    answer: answered(Status.UNIMPLEMENTED),
  },
  {
    wrong: "a frame of 4 GiB",
    headers: {},
    body: frame(0, Buffer.from("x"), 0xffff_ffff),
    answer: answered(Status.RESOURCE_EXHAUSTED),
  },
  {
    wrong: "a frame that is cut off",
    headers: {},
    body: frame(0, Buffer.from("x"), 100),
    answer: answered(Status.UNIMPLEMENTED),
  },
  { wrong: "no frame at all", headers: {}, body: nothing, answer: answered(Status.UNIMPLEMENTED) },
  {
    wrong: "two messages in a unary call",
    headers: {},
    body: Buffer.concat([frame(0, nothing), frame(0, nothing)]),
    answer: answered(Status.UNIMPLEMENTED),
  },
  {
    wrong: "another content type",
    headers: { "content-type": "text/html" },
    body: frame(0, nothing),
    answer: { grpc: undefined, http: 415 },
  },
];

/** Send frames as the body of a call. */
export const sendFrames = async (
  address: string,
  path: string,
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: Buffer },
): Promise<FrameAnswer> => {
  const session = connectHttp2(`http://${address}`);
  session.on("error", () => {});
  const call = session.request({
    ":method": "POST",
    ":path": path,
    "content-type": "application/grpc",
    te: "trailers",
    ...headers,
  });
  let grpc: Status | undefined;
  let http: number | undefined;
  const take = (received: Readonly<Record<string, unknown>>) => {
    if (typeof received["grpc-status"] === "string") grpc = Number(received["grpc-status"]);
    if (typeof received[":status"] === "number") http = received[":status"];
  };
  call
    .on("response", take)
    .on("trailers", take)
    .on("error", () => {})
    .resume();
  call.end(body);
  await new Promise((resolve) => call.on("close", resolve));
  session.destroy();
  return { grpc, http };
};
