import { sentence } from "@bnas/errors";
import type { Terminal } from "./terminal.js";

/**
 * Says what a search waits for (a full disk, a store out of reach), once until it has passed: a search that says nothing looks as if it
 * worked. @param again how it is continued after a stop
 */
export const waitTeller = (
  terminal: Pick<Terminal, "note">,
  again: string,
): { readonly say: (error: unknown) => void; readonly over: () => void } => {
  let said: string | undefined;
  return {
    say(error) {
      const reason = sentence(error);
      if (reason === said) return;
      said = reason;
      terminal.note(`bnas: the search waits: ${reason} To stop instead: Ctrl-C, and later ${again}`);
    },
    over() {
      if (said !== undefined) terminal.note("bnas: the search continues");
      said = undefined;
    },
  };
};
