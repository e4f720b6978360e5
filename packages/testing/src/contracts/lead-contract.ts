import type { Lead } from "@bnas/lead";
import type { FactLog } from "@bnas/log";
import { afterEach, describe, expect, it } from "vitest";

type LogWithLead = { readonly log: FactLog; readonly lead: Lead };

/** What every lead keeps. @param openEmpty a new, empty log, and the lead of those who use it */
export const leadContract = (name: string, openEmpty: () => Promise<LogWithLead>): void => {
  const opened: FactLog[] = [];
  const open = async (): Promise<LogWithLead> => {
    const { log, lead } = await openEmpty();
    opened.push(log);
    return { log, lead };
  };
  afterEach(async () => {
    for (const log of opened.splice(0)) await log.close();
  });

  describe(`${name}: leading`, () => {
    it("acts until the signal aborts, and then ends", async () => {
      const { lead } = await open();
      const stop = new AbortController();
      let led = 0;
      const leading = lead.lead(
        "pruner",
        (signal) =>
          new Promise((resolve) => {
            led++;
            signal.addEventListener("abort", () => resolve());
            setTimeout(() => stop.abort());
          }),
        stop.signal,
      );
      await leading;
      expect(led).toBe(1);
    });

    it("rejects when what it does rejects", async () => {
      const { lead } = await open();
      const act = async () => {
        throw new Error("disk full");
      };
      await expect(lead.lead("pruner", act, new AbortController().signal)).rejects.toThrow("disk full");
    });

    it("ends when the log is closed", async () => {
      const { log, lead } = await open();
      let leading: Promise<void> | undefined;
      await new Promise<void>((begun) => {
        const act = (signal: AbortSignal) =>
          new Promise<void>((resolve) => {
            begun();
            signal.addEventListener("abort", () => resolve());
          });
        leading = lead.lead("pruner", act, new AbortController().signal);
      });
      await log.close();
      await leading;
    });
  });
};
