import type { Appended, FactLog, Stored } from "@bnas/log";
import { requestOf } from "@bnas/search";
import { type Acknowledged, acknowledgedOf } from "../../chaos/history.js";

/** What the log has answered to the processes: each answer is a promise that the laws hold it to. */
export class Witnessed {
  readonly acknowledged: Acknowledged[] = [];

  /** Subjects of jobs whose result was refused: another had done them. (Two may score a round at once.) */
  readonly doubled: string[] = [];

  /** The same log, whose answers are noted. */
  around(log: FactLog): FactLog {
    const { doubled } = this;
    const note = (stored: Stored) => void this.acknowledged.push(acknowledgedOf(stored));
    return {
      async append(recorded): Promise<Appended> {
        const appended = await log.append(recorded);
        note(appended.stored);
        const { kind } = recorded.fact;
        if (appended.duplicate && requestOf(recorded.fact) !== undefined && kind !== "round.scored")
          doubled.push(recorded.subject);
        return appended;
      },
      read: (pattern, after) => log.read(pattern, after),
      watch: (pattern, options) => log.watch(pattern, options),
      last: () => log.last(),
      remove: (tombstone) => log.remove(tombstone),
      close: () => log.close(),
    };
  }
}
