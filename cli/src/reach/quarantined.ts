import { fault, invalidInput } from "@bnas/errors";
import type { Unreadable } from "@bnas/log";
import { openFacts } from "@bnas/mesh";
import { isNatsAddress, type NatsSettings, natsSecurity } from "@bnas/nats";
import type { SearchServiceClient } from "@bnas/proto";
import { searchOfPattern } from "@bnas/search";
import type { Surroundings } from "../terminal/surroundings.js";

/** A message that is no fact, as a mesh or a log gives it. */
export type Quarantined = Omit<Unreadable, "reason"> & { readonly reason: string; readonly removed: boolean };

/** What is set aside: of a running mesh what its pruner has met since it started, of a log all that is there. */
export type QuarantineView = {
  /** The first 1,000, and how many there are in all. */
  list(searchId?: string): Promise<{ readonly messages: readonly Quarantined[]; readonly count: number }>;
  /** @throws PERMISSION_DENIED where the user may not purge */
  drop(one: Pick<Quarantined, "subject" | "sequence">, newerVersion: boolean): Promise<void>;
  /** All, or all of a search. @returns how many */
  dropAll(searchId: string | undefined, newerVersion: boolean): Promise<number>;
};

/** Whether a message goes with all others: facts of a newer version do only when they are named. */
const goes = ({ reason }: Pick<Quarantined, "reason">, newerVersion: boolean): boolean =>
  reason !== "newer-version" || newerVersion;

/** What the pruner of a running mesh has set aside. */
export const quarantineOfMesh = (client: SearchServiceClient, signal: AbortSignal): QuarantineView => ({
  list: (searchId = "") => client.listQuarantined({ searchId }, { signal }),
  async drop({ sequence }, newerVersion) {
    await client.dropQuarantined({ sequence, newerVersion }, { signal });
  },
  async dropAll(searchId = "", newerVersion) {
    const { messages } = await client.listQuarantined({ searchId }, { signal });
    const wanted = messages.filter((one) => goes(one, newerVersion));
    for (const { sequence } of wanted) await client.dropQuarantined({ sequence, newerVersion }, { signal });
    return wanted.length;
  },
});

/** Do something with what is no fact in a log on NATS, which is looked through for it. */
export const withQuarantineOfLog = async <Answer>(
  uri: string,
  flags: NatsSettings,
  { recorder }: Surroundings,
  act: (view: QuarantineView) => Promise<Answer>,
): Promise<Answer> => {
  if (!isNatsAddress(uri)) {
    const hint = "A line of a file that is no fact ends its reader, which names the line: `bnas replay FILE`.";
    throw invalidInput("--log", uri, "nats://HOST:PORT", hint);
  }
  const { log, quarantine } = await openFacts(uri, { recorder, nats: natsSecurity(flags) });
  const isOf =
    (searchId: string | undefined) =>
    ({ subject }: Pick<Unreadable, "subject">) =>
      searchId === undefined || searchOfPattern(subject) === searchId;
  const drop = async ({ subject, sequence }: Pick<Unreadable, "subject" | "sequence">): Promise<void> => {
    if (await quarantine.remove({ subject, sequence })) return quarantine.forget({ subject, sequence });
    throw fault(
      "PERMISSION_DENIED",
      `message ${sequence} on ${subject} cannot be removed: this user of NATS may not purge the stream`,
      "Give --nats-credentials of the administrator or of the pruner (docs/security.md), or let the pruner do it: the same without --log.",
    );
  };
  try {
    return await act({
      drop,
      async list(searchId) {
        let count = 0;
        for await (const one of quarantine.scan()) if (isOf(searchId)(one)) count++;
        return { messages: quarantine.list().filter(isOf(searchId)), count };
      },
      async dropAll(searchId, newerVersion) {
        let dropped = 0;
        for await (const one of quarantine.scan()) {
          if (!isOf(searchId)(one) || !goes(one, newerVersion)) continue;
          await drop(one);
          dropped++;
        }
        return dropped;
      },
    });
  } finally {
    await log.close();
  }
};
