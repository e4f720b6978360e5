import { record, type Stream } from "@bnas/search";
import type { FaultName } from "./fault-names.js";
import type { Mesh } from "./mesh/mesh.js";

/** A kind of fault, and how it is done to a mesh. Each draws its own details. */
type Fault = (mesh: Mesh, drawn: Stream) => void;

const one = <Item>(drawn: Stream, items: readonly Item[]): Item | undefined =>
  items[drawn.below(Math.max(1, items.length))];
const names = (mesh: Mesh): readonly string[] => [...mesh.processes.keys()].sort();

/** Everything that may happen to a mesh. */
const FAULTS: Readonly<Record<FaultName, Fault>> = {
  kill: (mesh, drawn) => {
    mesh.processes.get(one(drawn, names(mesh)) ?? "")?.kill("killed");
  },
  /** Killed between two of the messages that it sends next. */
  "kill at a message": (mesh, drawn) => {
    const process = mesh.processes.get(one(drawn, names(mesh)) ?? "");
    if (process !== undefined) process.diesAfterMessages = drawn.below(6);
  },
  drain: (mesh, drawn) => mesh.drain(one(drawn, names(mesh)) ?? ""),
  /** Stopped for a while, as by SIGSTOP or by a machine that swaps. */
  hold: (mesh, drawn) => {
    const process = mesh.processes.get(one(drawn, names(mesh)) ?? "");
    if (process !== undefined) process.heldUntil = mesh.world.now + drawn.next() * 14_000;
  },
  cut: (mesh, drawn) => {
    const name = one(drawn, names(mesh)) ?? "";
    mesh.network.cut(name, mesh.world.now + drawn.next() * 12_000);
  },
  "clock jump": (mesh, drawn) => {
    const process = mesh.processes.get(one(drawn, names(mesh)) ?? "");
    if (process !== undefined) process.clockOffMs += Math.round((drawn.next() - 0.5) * 2 * 30 * 86_400_000);
  },
  /** Messages come late, twice, and out of their order. */
  weather: (mesh, drawn) => {
    mesh.network.weather = { slowestMs: 1 + drawn.below(400), doubled: drawn.below(20), late: drawn.below(20) };
  },
  /** nats-server is killed and started again; what it had acknowledged is there. */
  "server killed": (mesh, drawn) => {
    if (!mesh.server.isUp) return;
    mesh.server.kill();
    mesh.world.after(300 + drawn.next() * 5_000, () => mesh.server.start());
  },
  /** The power of the whole machine fails: what was not synced is lost, acknowledged or not, as nats-server syncs only now and then. */
  "power cut": (mesh, drawn) => {
    if (!mesh.server.isUp) return;
    mesh.server.cutPower();
    mesh.disk.cutPower();
    for (const process of [...mesh.processes.values()]) process.kill("power cut");
    mesh.world.after(300 + drawn.next() * 3_000, () => mesh.server.start());
  },
  /** That of nats-server alone: the processes remember what it has forgotten. */
  "power cut of the server": (mesh, drawn) => {
    if (!mesh.server.isUp) return;
    mesh.server.cutPower();
    mesh.world.after(300 + drawn.next() * 3_000, () => mesh.server.start());
  },
  "blob lost": (mesh, drawn) => {
    const blob = one(drawn, blobsOf(mesh));
    if (blob !== undefined) mesh.disk.lose(blob);
  },
  /** What is no fact, on the subject of one that may come or of none, from a client that may write the trainer's. */
  garbage: (mesh, drawn) => {
    const subject = one(drawn, [...subjectsToCome(drawn), "bnas.search.ghost.failed", "bnas.search.ghost.opened"]);
    const texts = ["{}", "no fact", "\u0000", '{"version":1,"subject":"bnas.search.other.failed"}'];
    publish(mesh, subject ?? "", one(drawn, texts) ?? "");
    // What a newer version writes is left alone.
    publish(mesh, "bnas.search.newer.opened", '{"version":2,"subject":"bnas.search.newer.opened"}');
  },
  /** What a newer version may write, on the subject of a fact that may come. */
  "newer version": (mesh, drawn) => {
    const subject = one(drawn, subjectsToCome(drawn)) ?? "";
    publish(mesh, subject, JSON.stringify({ version: 2, subject }));
  },
  /** A whole answer that no trainer was asked for, with a checkpoint that does not exist. */
  "forged answer": (mesh, drawn) => {
    const subject = one(drawn, subjectsToCome(drawn)) ?? "";
    const [, search = "", round, pass, sample] =
      /^bnas\.search\.(.+)\.round\.(.+)\.pass\.(.+)\.sample\.(.+)\.trained$/.exec(subject) ?? [];
    const place = { round: Number(round), pass: Number(pass), sample: Number(sample) };
    const answer = { checkpoint: "f".repeat(64), loss: 0, images: 8, seconds: 0 };
    const fact = record(
      search,
      { kind: "sample.trained", ...place, ...answer },
      "trainer",
      new Date(mesh.world.time).toISOString(),
    );
    publish(mesh, subject, JSON.stringify(fact));
  },
  "blob altered": (mesh, drawn) => {
    const blob = one(drawn, blobsOf(mesh));
    if (blob !== undefined) mesh.disk.alter(blob, drawn.below(1_000));
  },
};

/** Subjects of samples that may come. */
const subjectsToCome = (drawn: Stream): readonly string[] =>
  [1, 2].map(
    (round) => `bnas.search.search-${drawn.below(2)}.round.${round}.pass.1.sample.${1 + drawn.below(2)}.trained`,
  );

/** As a client of NATS does, which is refused where the subject is taken. */
const publish = (mesh: Mesh, subject: string, text: string): void => {
  if (!mesh.server.isUp) return;
  try {
    mesh.server.publish(subject, Buffer.from(text));
  } catch {
    mesh.world.tell(`${subject} was refused`);
  }
};

const blobsOf = (mesh: Mesh): readonly string[] =>
  mesh.disk
    .files()
    .filter((path) => /\/[0-9a-f]{64}$/.test(path))
    .sort();

/** Let faults happen in a mesh, at times and of kinds that the seed draws, until a time. @returns how many, and the kinds that may happen */
export const planFaults = (
  mesh: Mesh,
  { untilMs, kinds }: { readonly untilMs: number; readonly kinds: readonly FaultName[] },
): { readonly count: number; readonly kinds: readonly FaultName[] } => {
  const drawn = mesh.world.stream("faults");
  const count = drawn.below(13);
  // Few kinds at once, so that a run tries something long enough.
  const chosen = drawn.shuffle(kinds).slice(0, 1 + drawn.below(4));
  for (let i = 0; i < count; i++) {
    const kind = one(drawn, chosen);
    const at = drawn.next() * untilMs;
    if (kind === undefined) continue;
    mesh.world.after(at, () => {
      mesh.world.tell(`fault: ${kind}`);
      FAULTS[kind](mesh, drawn);
    });
  }
  const syncMs = 500 + drawn.below(8_000);
  const sync = (): void => {
    if (mesh.server.isUp) mesh.server.sync();
    if (mesh.world.now < untilMs) mesh.world.after(syncMs, sync);
  };
  mesh.world.after(syncMs, sync);
  mesh.world.after(untilMs, () => {
    mesh.world.tell("faults end");
    mesh.network.mendAll();
    mesh.server.start();
  });
  return { count, kinds: count === 0 ? [] : chosen };
};
