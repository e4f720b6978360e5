import { setTimeout as sleep } from "node:timers/promises";
import { specToMessage } from "@bnas/rpc";
import { bestAccuracy, countCandidates, roundsDone, type Spec, type Stream } from "@bnas/search";
import { pauseSearch, resumeSearch } from "../../../services/pruner/src/usecases/control-search.js";
import { createSearch } from "../../../services/pruner/src/usecases/create-search.js";
import { findSearch } from "../../../services/pruner/src/usecases/find-search.js";
import type { Answer } from "../../chaos/history.js";
import { SimulatedProcess } from "../world/simulated-process.js";
import type { Mesh, Pruner } from "./mesh.js";

/** A client that wants searches, and what it was answered. */
export class Client {
  readonly #mesh: Mesh;
  readonly #drawn: Stream;
  readonly #process: SimulatedProcess;
  /** Searches that a pruner has said to have ended. */
  readonly ended = new Set<string>();
  /** Searches that a pruner did not know after one had said that they are open. */
  readonly forgotten = new Set<string>();
  /** What GetSearch answered. */
  readonly answers: {
    readonly searchId: string;
    readonly by: string;
    readonly answer: Answer;
    readonly paused: boolean;
  }[] = [];
  readonly #shouldRun = new Set<string>();
  /** Searches of which a pause got no answer in time: it may come later than what was asked after it. */
  readonly #late = new Set<string>();
  /** What no client should be answered. */
  readonly refused: string[] = [];

  constructor(mesh: Mesh) {
    this.#mesh = mesh;
    this.#drawn = mesh.world.stream("client");
    this.#process = new SimulatedProcess(mesh.world, "client", () => {});
  }

  /** Open a search at a time, and ask for it until it has ended; now and then also pause and resume it. */
  open(searchId: string, spec: Spec, atMs: number): void {
    const request = { searchId, spec: specToMessage(spec), validateOnly: false, owner: "" };
    const { world } = this.#mesh;
    world.afterIn(this.#process, atMs, async () => {
      await this.#untilAnswered(`open ${searchId}`, (pruner) => createSearch(request, pruner));
      if (this.#drawn.below(4) === 0) void this.#pause(searchId);
      for (;;) {
        await sleep(1_500);
        const answer = await this.#untilAnswered(`get ${searchId}`, (pruner) => this.#get(searchId, pruner));
        if (answer === "NOT_FOUND") {
          this.forgotten.add(searchId);
          // A client that gets the answer that there is no such search opens it.
          await this.#untilAnswered(`open ${searchId} again`, (pruner) => createSearch(request, pruner));
        } else if (
          this.#shouldRun.has(searchId) &&
          this.answers.at(-1)?.answer.ended === "" &&
          this.answers.at(-1)?.paused === true &&
          (this.#mesh.mayForget || this.#late.has(searchId))
        ) {
          // What lets the search run again was lost with the power, or a pause that was given up came after it.
          await this.#untilAnswered(`resume ${searchId} again`, (pruner) => resumeSearch(pruner, searchId));
        } else if (this.answers.at(-1)?.answer.ended !== "" && this.answers.at(-1)?.searchId === searchId) break;
      }
      this.ended.add(searchId);
    });
  }

  async #get(searchId: string, { process, searches }: Pruner): Promise<void> {
    const { search, sequence } = await findSearch(searches, searchId);
    const kind = search.ended?.kind;
    const ended = kind === "search.finished" ? "finished" : kind === "search.failed" ? "failed" : "";
    const answer: Answer = {
      sequence,
      ended,
      jobsDone: search.jobsDone,
      jobsTotal: search.jobs,
      round: roundsDone(search),
      candidates: countCandidates(search.candidates),
      bestAccuracy: bestAccuracy(search) ?? 0,
    };
    this.answers.push({ searchId, by: process.name, answer, paused: search.paused });
  }

  async #pause(searchId: string): Promise<void> {
    await sleep(this.#drawn.next() * 4_000);
    await this.#untilAnswered(
      `pause ${searchId}`,
      (pruner) => pauseSearch(pruner, searchId),
      () => this.#late.add(searchId),
    );
    await sleep(this.#drawn.next() * 2_000);
    await this.#untilAnswered(`resume ${searchId}`, (pruner) => resumeSearch(pruner, searchId));
    this.#shouldRun.add(searchId);
  }

  /** Ask one pruner after another until one answers. @returns "done", or the code of what the search does not allow */
  async #untilAnswered(
    what: string,
    act: (pruner: Pruner) => Promise<unknown>,
    unanswered: () => void = () => {},
  ): Promise<string> {
    for (;;) {
      const pruners = [...this.#mesh.pruners.values()];
      const pruner = pruners[this.#drawn.below(Math.max(1, pruners.length))];
      const [code = "", ...said] = pruner === undefined ? ["UNAVAILABLE"] : (await this.#ask(pruner, act)).split(" ");
      if (code === "UNAVAILABLE") {
        unanswered();
        await sleep(500);
        continue;
      }
      if (!["done", "NOT_FOUND", "FAILED_PRECONDITION"].includes(code)) {
        this.refused.push(`${what} was answered: ${code} ${said.join(" ")}`);
      }
      return code;
    }
  }

  /** A call: it reaches the pruner, and the answer the client, or neither. */
  #ask(pruner: Pruner, act: (pruner: Pruner) => Promise<unknown>): Promise<string> {
    const { world, network } = this.#mesh;
    return new Promise((resolve) => {
      setTimeout(() => resolve("UNAVAILABLE"), 4_000);
      const answer = (text: string) =>
        network.toServer(pruner.process, "client", () => world.afterIn(this.#process, 0.1, () => resolve(text)));
      let isCalled = false;
      network.toProcess("client", pruner.process, () => {
        // A call of gRPC comes once, however the network is.
        if (isCalled) return;
        isCalled = true;
        act(pruner).then(
          () => answer("done"),
          (error: unknown) => {
            answer(`${error instanceof Error && "code" in error ? error.code : "INTERNAL"} ${String(error)}`);
          },
        );
      });
    });
  }
}
