import type { Stream } from "@bnas/search";
import type { SimulatedProcess } from "./simulated-process.js";
import type { World } from "./world.js";

/** How a network treats messages. */
export type Weather = {
  /** Slowest ordinary message, in milliseconds. */
  readonly slowestMs: number;
  /** Of a hundred messages: how many come twice, late, and out of their order. */
  readonly doubled: number;
  readonly late: number;
};

const calm: Weather = { slowestMs: 3, doubled: 0, late: 0 };

/** Carries messages between processes and servers: late, twice, or not at all, as the weather is and while a link is cut. */
export class Network {
  readonly #world: World;
  readonly #drawn: Stream;
  weather: Weather = calm;
  readonly #cutUntil = new Map<string, number>();
  /** When the last message of a link arrives: a connection keeps the order. */
  readonly #arrival = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
    this.#drawn = world.stream("network");
  }

  /** Nothing comes from or to a process until then. */
  cut(name: string, untilMs: number): void {
    this.#cutUntil.set(name, Math.max(untilMs, this.#cutUntil.get(name) ?? 0));
  }

  mendAll(): void {
    this.#cutUntil.clear();
    this.weather = calm;
  }

  /** From a process to a server, which is no process: `act` is what the server does. */
  toServer(from: SimulatedProcess, server: string, act: () => void): void {
    if (!from.maySend()) return;
    this.#carry(from.name, `${from.name}>${server}`, (ms, arrive) => this.#world.after(ms, arrive), act);
  }

  /** From a server to a process. */
  toProcess(server: string, to: SimulatedProcess, act: () => void): void {
    this.#carry(to.name, `${server}>${to.name}`, (ms, arrive) => this.#world.afterIn(to, ms, arrive), act);
  }

  #carry(name: string, link: string, put: (ms: number, arrive: () => void) => void, act: () => void): void {
    const { now } = this.#world;
    const { slowestMs, doubled, late } = this.weather;
    const luck = this.#drawn.below(100);
    if (this.#isCut(name)) return;
    const arrive = () => {
      if (!this.#isCut(name)) act();
    };
    const ms = 0.1 + this.#drawn.next() * slowestMs;
    if (luck < late) {
      put(ms + this.#drawn.next() * 4_000, arrive);
      return;
    }
    const at = Math.max(now + ms, (this.#arrival.get(link) ?? 0) + 0.001);
    this.#arrival.set(link, at);
    put(at - now, arrive);
    if (luck >= 100 - doubled) put(at - now + this.#drawn.next() * 2_000, arrive);
  }

  #isCut(name: string): boolean {
    return (this.#cutUntil.get(name) ?? 0) > this.#world.now;
  }
}
