import type { FactLog } from "@bnas/log";
import type { BlobStore } from "@bnas/store";

/** Thrown in the place of what would have been done: the process ends here. */
export class CutOff extends Error {}

/** A log and a store that do so many changes, and stop the process that asks for one more. What was done stays done. */
export const cutOff = <Log extends FactLog, Store extends BlobStore>(
  { log, store }: { readonly log: Log; readonly store: Store },
  changes: number,
): { readonly log: Log; readonly store: Store } => {
  let left = changes;
  const cut = <Whole extends object>(whole: Whole, changing: readonly string[]): Whole =>
    new Proxy(whole, {
      get(target, name) {
        const part: unknown = Reflect.get(target, name);
        if (typeof part !== "function") return part;
        return (...given: unknown[]) => {
          if (changing.includes(String(name)) && left-- <= 0) throw new CutOff(`before ${String(name)}`);
          return part.apply(target, given);
        };
      },
    });
  return { log: cut(log, ["append", "remove"]), store: cut(store, ["put", "remove"]) };
};
