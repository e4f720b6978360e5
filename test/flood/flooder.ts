import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { type Socket, connect as socketTo } from "node:net";

/** Limits count by address where there is no token: the good caller has another one. Linux has all of 127/8. */
const FROM = "127.0.0.2";

export type Flood = { readonly asked: number; readonly open: () => number; readonly end: () => void };

const sessionTo = async (address: string): Promise<ClientHttp2Session> => {
  const [host = "", port] = address.split(":");
  const session = connect(`http://${address}`, {
    createConnection: () => socketTo({ host, port: Number(port), localAddress: FROM }),
    peerMaxConcurrentStreams: 100_000,
  });
  session.on("error", () => {});
  await Promise.race([once(session, "remoteSettings"), once(session, "close")]);
  return session;
};

/** A message of gRPC before its length: not compressed. */
const framed = (message: Uint8Array): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
};

/** Open streams of one method on several connections, and read none of their answers if they are not `read`. */
export const openStreams = async (
  address: string,
  method: string,
  message: Uint8Array,
  { connections, each, read }: { readonly connections: number; readonly each: number; readonly read: boolean },
): Promise<Flood> => {
  const sessions: ClientHttp2Session[] = [];
  for (let i = 0; i < connections; i++) sessions.push(await sessionTo(address));
  const answered = new Set<ClientHttp2Stream>();
  for (let i = 0; i < each; i++) {
    for (const session of sessions) {
      if (session.destroyed) continue;
      const stream = session.request({
        ":method": "POST",
        ":path": method,
        "content-type": "application/grpc",
        te: "trailers",
      });
      stream.on("error", () => {});
      stream.on("close", () => answered.delete(stream));
      stream.on("response", (headers) => {
        // A call that is refused is answered by its trailers at once.
        if (headers["grpc-status"] === undefined) answered.add(stream);
        if (!read) stream.pause();
      });
      if (read) stream.resume();
      stream.end(framed(message));
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    asked: connections * each,
    open: () => answered.size,
    end: () => {
      for (const session of sessions) session.destroy();
    },
  };
};

/** Connections that begin a request and say no more. */
export const halfOpen = async (address: string, count: number): Promise<Flood> => {
  const [host = "", port] = address.split(":");
  const open = new Set<Socket>();
  for (let i = 0; i < count; i++) {
    const socket = socketTo({ host, port: Number(port), localAddress: FROM });
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
    socket.on("connect", () => {
      open.add(socket);
      socket.write("PRI * ");
    });
    socket.resume();
    if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return {
    asked: count,
    open: () => open.size,
    end: () => {
      for (const socket of open) socket.destroy();
    },
  };
};
