import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, request as plainRequest, type ServerResponse } from "node:http";
import { request } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { kubeConfig } from "./operator-rig.js";

/** What happens to a call on its way; undefined: nothing. */
export type Fault =
  /** The API server's refusal, in its place. */
  | { readonly answer: number; readonly reason: string; readonly message: string }
  /** A watch that begins well and then says that its version is gone. */
  | { readonly expire: true }
  /** It arrives, is done, and the answer is lost. */
  | { readonly loseAnswer: true }
  /** It never arrives. */
  | { readonly loseCall: true };

export type Seen = { readonly method: string; readonly path: string; readonly watch: boolean };

/** Between the operator and the API server: the test says which fault to inject. */
export const startProxy = async () => {
  const cluster = kubeConfig().getCurrentCluster();
  if (cluster === null) throw new Error("KUBECONFIG names no cluster");
  const ca =
    cluster.caData === undefined
      ? cluster.caFile === undefined
        ? undefined
        : readFileSync(cluster.caFile)
      : Buffer.from(cluster.caData, "base64");
  const target = new URL(cluster.server);
  const calls: Seen[] = [];
  const sockets = new Set<Socket>();
  let fault: (call: Seen) => Fault | undefined = () => undefined;
  let down = false;
  let refused = 0;

  const pass = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const url = new URL(incoming.url ?? "/", "http://proxy");
    const seen = {
      method: incoming.method ?? "GET",
      path: url.pathname,
      watch: url.searchParams.get("watch") === "true",
    };
    calls.push(seen);
    const injected = fault(seen);
    if (injected !== undefined && "answer" in injected) return refuse(outgoing, injected);
    if (injected !== undefined && "loseCall" in injected) return incoming.socket.destroy();
    if (injected !== undefined && "expire" in injected) {
      outgoing.writeHead(200, { "content-type": "application/json" });
      outgoing.end(
        `${JSON.stringify({ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired", metadata: {} } })}\n`,
      );
      return;
    }
    const send = target.protocol === "https:" ? request : plainRequest;
    const onward = send(
      {
        hostname: target.hostname,
        port: target.port,
        path: incoming.url,
        method: incoming.method,
        headers: { ...incoming.headers, host: target.host },
        ca,
      },
      (answer) => {
        if (injected !== undefined && "loseAnswer" in injected) {
          answer.resume();
          answer.on("end", () => incoming.socket.destroy());
          return;
        }
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
        answer.on("error", () => outgoing.destroy());
      },
    );
    onward.on("error", () => outgoing.destroy());
    outgoing.on("close", () => onward.destroy());
    incoming.pipe(onward);
  };
  const server = createServer((incoming, outgoing) => (down ? incoming.socket.destroy() : pass(incoming, outgoing)));
  server.on("connection", (socket) => {
    if (down) {
      refused++;
      socket.destroy();
    }
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls: calls as readonly Seen[],
    /** How many connections were refused while it was down. */
    refused: () => refused,
    /** How often the Lease of leaders was written: the leader does so every two seconds, whatever else there is to do. */
    renewals: () => calls.filter(({ method, path }) => method === "PUT" && path.includes("/leases/")).length,
    /** From now on. */
    inject(next: (call: Seen) => Fault | undefined) {
      fault = next;
    },
    /** The API server is gone: connections break, and new ones are refused. */
    down() {
      down = true;
      for (const socket of sockets) socket.destroy();
    },
    up() {
      down = false;
    },
    /** Every connection breaks once; watches too. */
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
};

const refuse = (
  outgoing: ServerResponse,
  { answer, reason, message }: { readonly answer: number; readonly reason: string; readonly message: string },
) => {
  outgoing.writeHead(answer, { "content-type": "application/json" });
  outgoing.end(JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", code: answer, reason, message }));
};

/** The same kubeconfig, through a proxy. */
export const through = (proxy: { readonly url: string }, kubeconfig: string): string => {
  const config = JSON.parse(readFileSync(kubeconfig, "utf8"));
  // The library takes plain HTTP only where TLS need not be checked.
  config.clusters[0].cluster = { server: proxy.url, "insecure-skip-tls-verify": true };
  return JSON.stringify(config);
};
