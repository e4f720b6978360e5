import { matches } from "@bnas/search";
import { errors } from "@nats-io/transport-node";
import type { Network } from "../world/network.js";
import type { SimulatedProcess } from "../world/simulated-process.js";
import type { World } from "../world/world.js";
import type { Handed } from "./simulated-consumer.js";
import type { SimulatedServer } from "./simulated-server.js";
import type { Kept, SimulatedStream } from "./simulated-stream.js";

/** The name of the server in the trace and in the network. */
export const SERVER = "nats";

/** Where the connections of a world lead. */
export type NatsPlace = { readonly world: World; readonly network: Network; readonly server: SimulatedServer };

/** A message as a client of NATS gets it. */
type Received = {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly reply?: string;
  readonly headers: { readonly code: number; keys(): readonly string[]; get(name: string): string };
};

type Receive = (error: Error | null, message: Received) => void;

const headersOf = (code: number, values: Readonly<Record<string, string>> = {}): Received["headers"] => ({
  code,
  keys: () => Object.keys(values),
  get: (name) => values[name] ?? "",
});

const NOTHING = new Uint8Array();

/** The connection of a process to the server, as far as our code uses one. */
export class SimulatedConnection {
  readonly place: NatsPlace;
  readonly process: SimulatedProcess;
  readonly info = { max_payload: 1_048_576, jetstream: true };
  readonly #inboxes = new Map<string, Receive>();
  #isClosed = false;
  #life: number;
  readonly #heard: ("disconnect" | "reconnect")[] = [];
  #wake: () => void = () => {};
  #close: () => void = () => {};
  readonly #closed = new Promise<void>((resolve) => {
    this.#close = resolve;
  });

  constructor(place: NatsPlace, process: SimulatedProcess) {
    this.place = place;
    this.process = process;
    this.#life = place.server.lives;
    place.server.listen((isUp) => this.#hear(isUp));
  }

  /** Of the connection that it has now; 0 while it has none. */
  get life(): number {
    return this.#life;
  }

  isClosed(): boolean {
    return this.#isClosed;
  }

  closed(): Promise<void> {
    return this.#closed;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#close();
  }

  async flush(): Promise<void> {}

  async *status(): AsyncGenerator<{ readonly type: "disconnect" | "reconnect" }> {
    while (!this.#isClosed) {
      for (let type = this.#heard.shift(); type !== undefined; type = this.#heard.shift()) yield { type };
      await Promise.race([
        this.#closed,
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
      ]);
    }
  }

  /** A client finds out that the server has ended, and connects again when it has started, after a while each. */
  #hear(isUp: boolean): void {
    const { world, server } = this.place;
    const life = server.lives;
    world.afterIn(this.process, isUp ? 20 + (life % 7) * 40 : 5, () => {
      if (this.#isClosed || (isUp && (!server.isUp || server.lives !== life))) return;
      this.#life = isUp ? life : 0;
      this.#heard.push(isUp ? "reconnect" : "disconnect");
      this.#wake();
    });
  }

  /** What is sent to a server that has ended since goes nowhere. */
  get #isConnected(): boolean {
    return this.place.server.isUp && this.#life === this.place.server.lives;
  }

  /** Ask the server for something; the answer comes, or an error of the server, or a time-out. */
  ask<Answer>(act: (server: SimulatedServer) => Answer, timeoutMs = 3_000): Promise<Answer> {
    if (this.#isClosed) return Promise.reject(new errors.ClosedConnectionError());
    const { world, network, server } = this.place;
    const life = this.#life;
    return new Promise((resolve, reject) => {
      const late = world.afterIn(this.process, timeoutMs, () => reject(new errors.TimeoutError()));
      const answer = (give: () => void) =>
        network.toProcess(SERVER, this.process, () => {
          // What a lost connection had not delivered does not come by the next one.
          if (this.#life !== life) return;
          late.isCancelled = true;
          give();
        });
      network.toServer(this.process, SERVER, () => {
        if (!this.#isConnected || this.#life !== life) return;
        try {
          const result = act(server);
          answer(() => resolve(result));
        } catch (error) {
          answer(() => reject(error));
        }
      });
    });
  }

  async request(subject: string, word: string | Uint8Array, options: { readonly timeout: number }): Promise<void> {
    await this.ask((server) => this.#say(server, subject, String(word)), options.timeout);
  }

  publish(subject: string, data: string | Uint8Array = "", { reply }: { readonly reply?: string } = {}): void {
    const { network, server } = this.place;
    const life = this.#life;
    network.toServer(this.process, SERVER, () => {
      if (this.#isConnected && this.#life === life) this.#say(server, subject, String(data), reply);
    });
  }

  subscribe(inbox: string, { callback }: { readonly callback: Receive }) {
    this.#inboxes.set(inbox, callback);
    return {
      getSubject: () => inbox,
      drain: async () => void this.#inboxes.delete(inbox),
    };
  }

  /** NATS ADR-31: many messages for one request, with an end. */
  async requestMany(
    subject: string,
    request: string,
    options: { readonly maxWait: number },
  ): Promise<AsyncIterable<Received>> {
    const stream = subject.split(".").at(-1) ?? "";
    const asked: { seq: number; next_by_subj?: string; batch?: number; multi_last?: string[] } = JSON.parse(request);
    const read = async () => {
      try {
        return await this.ask((server) => this.#batch(server.stream(stream), asked), options.maxWait);
      } catch (error) {
        if (error instanceof errors.TimeoutError) return [];
        throw error;
      }
    };
    const answers = await read();
    return (async function* () {
      yield* answers;
    })();
  }

  /** A message for one who subscribed; it comes to the process as it is then. */
  toInbox(inbox: string, message: Omit<Received, "subject"> & { readonly subject?: string }): void {
    const life = this.#life;
    this.place.network.toProcess(SERVER, this.process, () => {
      if (this.#life === life) this.#inboxes.get(inbox)?.(null, { subject: inbox, ...message });
    });
  }

  #batch(
    stream: SimulatedStream,
    { seq, next_by_subj: pattern = ">", batch = 1, multi_last: last }: Parameters<typeof wantedOf>[1],
  ): readonly Received[] {
    const messages = wantedOf(
      stream,
      { seq, next_by_subj: last?.[0] ?? pattern, batch: last ? 1e6 : batch },
      this.place.world.now,
    );
    let before = 0;
    return [
      ...messages.map(({ subject, sequence, data }): Received => {
        const headers = {
          "Nats-Subject": subject,
          "Nats-Sequence": String(sequence),
          "Nats-Last-Sequence": String(before),
        };
        before = sequence;
        return { subject, data, headers: headersOf(0, headers) };
      }),
      { subject: "", data: NOTHING, headers: headersOf(204) },
    ];
  }

  #say(server: SimulatedServer, subject: string, word: string, reply?: string): void {
    const tokens = subject.split(".");
    const { world } = this.place;
    if (subject.startsWith("$JS.ACK.")) {
      const [, , stream = "", name = "", , sequence = ""] = tokens;
      const [said = "", how] = word.split(" ");
      const { delay = 0 }: { delay?: number } = said === "-NAK" && how !== undefined ? JSON.parse(how) : {};
      server.answer(stream, name, Number(sequence), { said, delayMs: delay / 1e6 });
    } else if (subject.includes(".CONSUMER.MSG.NEXT.") && reply !== undefined) {
      const [stream = "", name = ""] = tokens.slice(-2);
      const expires: { expires: number } = JSON.parse(word);
      const untilMs = world.now + expires.expires / 1e6;
      try {
        server.pull(stream, name, { untilMs, give: (handed) => this.#give(stream, name, handed, reply) });
      } catch {
        this.toInbox(reply, { data: NOTHING, headers: headersOf(503) });
        return;
      }
      world.after(untilMs - world.now, () => {
        if (server.isUp) this.toInbox(reply, { data: NOTHING, headers: headersOf(408) });
      });
    }
  }

  #give(stream: string, name: string, { message, deliveries }: Handed, inbox: string): void {
    const { subject, sequence, data, headers } = message;
    const reply = `$JS.ACK.${stream}.${name}.${deliveries}.${sequence}.0.0.0`;
    this.toInbox(inbox, { subject, data, reply, headers: headersOf(0, headers) });
  }
}

const wantedOf = (
  stream: SimulatedStream,
  asked: { seq: number; next_by_subj?: string; batch?: number; multi_last?: string[] },
  now: number,
): readonly Kept[] => {
  const pattern = asked.next_by_subj ?? ">";
  return stream
    .from(asked.seq, now)
    .filter(({ subject }) => matches(pattern, subject))
    .slice(0, asked.batch);
};
