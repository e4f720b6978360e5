import type { Recorded } from "@bnas/search";
import { FAULT_NAMES, type FaultName } from "./fault-names.js";
import { planFaults } from "./faults.js";
import { factsOf, faultsOf } from "./laws.js";
import { Client } from "./mesh/client.js";
import { Mesh, type Shape } from "./mesh/mesh.js";
import { SPECS, specOf } from "./mesh/specs.js";
import { undisturbed } from "./mesh/undisturbed.js";
import { enter, leave } from "./world/timers.js";
import { World } from "./world/world.js";

/** How long faults happen, one of these: a search is done in the first seconds, if it is left alone. Milliseconds of the world. */
const FAULTS_MS = [5_000, 10_000, 25_000] as const;
/** After the last fault every search must end within that time: longer than any call waits for a server that is gone. */
const REST_MS = 300_000;

/** What came of a seed. */
export type Outcome = {
  readonly seed: number;
  /** What is wrong, in sentences; none when nothing is. */
  readonly faults: readonly string[];
  readonly traceHash: string;
  readonly searches: number;
  readonly facts: number;
  readonly events: number;
};

const references = new Map<number, readonly Recorded[]>();

/** The undisturbed facts of a spec, kept. */
const referenceOf = async (number: number): Promise<readonly Recorded[]> => {
  const known = references.get(number);
  if (known !== undefined) return known;
  const made = await undisturbed(specOf(number));
  references.set(number, made);
  return made;
};

/** Run a mesh from a seed to its end, and hold what came of it to the laws. */
export const simulateSeed = async (
  seed: number,
  options: { readonly kinds?: readonly FaultName[] | undefined; readonly trace?: string[] | undefined } = {},
): Promise<Outcome> => {
  const world = new World(seed, { trace: options.trace });
  const drawn = world.stream("shape");
  const shape: Shape = {
    pruners: 2 + drawn.below(2),
    trainers: 1 + drawn.below(3),
    evaluators: 1 + drawn.below(2),
    slowestMs: 50 + drawn.below(drawn.below(4) === 0 ? 9_000 : 1_500),
    openJobs: 1 + drawn.below(8),
  };
  const wanted = Array.from({ length: 1 + drawn.below(2) }, (_, i) => ({
    searchId: `search-${i}`,
    number: drawn.below(SPECS),
    atMs: 100 + drawn.next() * 3_000,
  }));
  const expected = new Map<string, readonly Recorded[]>();
  for (const { searchId, number } of wanted) expected.set(searchId, await referenceOf(number));

  enter(world);
  try {
    const untilMs = FAULTS_MS[drawn.below(FAULTS_MS.length)] ?? 0;
    const mesh = new Mesh(world, shape);
    const client = new Client(mesh);
    mesh.start();
    for (const { searchId, number, atMs } of wanted) client.open(searchId, specOf(number), atMs);
    const planned = planFaults(mesh, { untilMs, kinds: options.kinds ?? FAULT_NAMES });
    mesh.mayForget = planned.kinds.some((kind) => kind.startsWith("power cut"));
    const done = await world.run(() => wanted.every(({ searchId }) => client.ended.has(searchId)), {
      untilMs: untilMs + REST_MS,
    });
    world.current = undefined;
    const facts = factsOf(mesh.server.stream("BNAS").from(0, 0));
    const { acknowledged } = mesh.witnessed;
    const allowed = {
      loss: mesh.mayForget,
      refusal: false,
      strangers: planned.kinds.includes("forged answer"),
    };
    const faults = [
      ...(done ? [] : [`not every search had ended ${REST_MS / 1000} s after the last fault`]),
      ...client.refused,
      ...(allowed.loss ? [] : [...client.forgotten].map((id) => `GetSearch did not know ${id}, which was opened`)),
      ...mesh.crashes,
      ...(planned.count === 0 ? needless(mesh) : []),
      ...wanted.flatMap(({ searchId }) =>
        faultsOf(searchId, { facts, acknowledged, answers: client.answers }, expected.get(searchId) ?? [], allowed),
      ),
    ];
    const { events } = world;
    return { seed, faults, traceHash: world.traceHash(), searches: wanted.length, facts: facts.length, events };
  } finally {
    leave();
  }
};

/** What need not happen where nothing is disturbed. */
const needless = ({ leads, witnessed }: Mesh): readonly string[] => [
  ...(leads === 1 ? [] : [`pruners led ${leads} times, though nothing happened to the first`]),
  ...witnessed.doubled.map((subject) => `${subject} was done twice, though nothing happened to who did it`),
];
