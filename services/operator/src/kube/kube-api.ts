import { request as httpRequest } from "node:http";
import { Agent, request as httpsRequest, type RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import { KubeFault } from "./kube-fault.js";

/** The field manager of server-side apply: the operator owns the fields that it writes, and no others. */
const FIELD_MANAGER = "bnas-operator";

export type Call = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** `/apis/batch/v1/namespaces/default/jobs/name` */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  readonly contentType?: string;
  /** Kind of the answer; default JSON of the object. */
  readonly accept?: string;
  /** Milliseconds after which it is given up. */
  readonly timeoutMs?: number;
};

/** Milliseconds after which a call is given up that does not say otherwise. */
const PATIENCE = 30_000;

/**
 * The API server, in JSON as it speaks it. The generated clients of @kubernetes/client-node make a new TLS connection for every
 * call and turn some times into Date and not others; this keeps connections, and what comes is what a watch brings.
 */
export class KubeApi {
  readonly #config: KubeConfig;
  #agent: { readonly agent: Agent; readonly made: string } | undefined;
  #calls = 0;

  constructor(config: KubeConfig) {
    this.#config = config;
  }

  /** Calls so far, watches not counted. */
  get calls(): number {
    return this.#calls;
  }

  /** @throws KubeFault */
  async call<Answer>(call: Call): Promise<Answer> {
    this.#calls++;
    const { status, text } = await this.#send(call);
    const answer = parsed(text);
    if (status >= 200 && status < 300) {
      // What the API server sends is of the kind that was asked for.
      return answer as Answer;
    }
    const { reason = "", message = text.slice(0, 500) } = answer as {
      readonly reason?: string;
      readonly message?: string;
    };
    throw new KubeFault(status, reason, message);
  }

  /** Server-side apply: make the object, or make the fields of ours as they are here. @param query `dryRun: All`, ... */
  apply<Answer>(path: string, body: object, query: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.call({
      method: "PATCH",
      path,
      query: { fieldManager: FIELD_MANAGER, force: "true", ...query },
      body,
      contentType: "application/apply-patch+yaml",
    });
  }

  close(): void {
    this.#agent?.agent.destroy();
  }

  async #send(call: Call) {
    const { method, path, query = {}, body, accept = JSON_TYPE, contentType = JSON_TYPE, timeoutMs = PATIENCE } = call;
    const cluster = this.#config.getCurrentCluster();
    if (cluster === null)
      throw new KubeFault(0, "", "no Kubernetes API is configured: set KUBECONFIG, or run in a pod");
    const url = new URL(cluster.server + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const options: RequestOptions = { method, headers: { Accept: accept } };
    // Reads the token again when it was replaced, and runs whatever else kubeconfig asks for.
    await this.#config.applyToHTTPSOptions(options);
    const headers = {
      ...options.headers,
      ...(payload === undefined ? {} : { "Content-Type": contentType, "Content-Length": Buffer.byteLength(payload) }),
    };
    const secure = url.protocol === "https:";
    const agent = secure && cluster.proxyUrl === undefined ? this.#pooled(options) : options.agent;
    const send = secure ? httpsRequest : httpRequest;

    return new Promise<{ readonly status: number; readonly text: string }>((resolve, reject) => {
      const lost = (error: Error) =>
        reject(new KubeFault(0, "Unreachable", `${url.origin} does not answer: ${error.message}`, { cause: error }));
      const request = send(url, { ...options, headers, agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
        response.on("error", lost);
      });
      const timer = setTimeout(() => request.destroy(new Error(`no answer for ${timeoutMs / 1000} s`)), timeoutMs);
      request.on("close", () => clearTimeout(timer));
      request.on("error", lost);
      request.end(payload);
    });
  }

  /** One agent for as long as the certificates stay as they are. */
  #pooled({ ca, cert, key, rejectUnauthorized, servername }: RequestOptions): Agent {
    const tls = { ca, cert, key, rejectUnauthorized, servername };
    const given = Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
    const made = JSON.stringify(given, (_, value) => (Buffer.isBuffer(value) ? value.toString("base64") : value));
    if (this.#agent?.made !== made) {
      this.#agent?.agent.destroy();
      this.#agent = { agent: new Agent({ ...given, keepAlive: true, maxSockets: 16 }), made };
    }
    return this.#agent.agent;
  }
}

const JSON_TYPE = "application/json";

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
};
