import type { FactLog } from "@bnas/log";

/** A log that tells what is read of it. */
export const counting = (log: FactLog): { readonly log: FactLog; readonly read: string[] } => {
  const read: string[] = [];
  const counted = new Proxy(log, {
    get(target, name) {
      const part: unknown = Reflect.get(target, name);
      if (typeof part !== "function") return part;
      return (...given: unknown[]) => {
        if (name === "read") read.push(String(given[0]));
        return part.apply(target, given);
      };
    },
  });
  return { log: counted, read };
};
