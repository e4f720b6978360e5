import { noRoom } from "@bnas/errors";
import { expect, it } from "vitest";
import { waitTeller } from "../src/terminal/wait-teller.js";

it("says once what a search waits for, how to stop instead, and that it continues", () => {
  const lines: string[] = [];
  const teller = waitTeller({ note: (line) => lines.push(line) }, "continue with: bnas search --resume --out a");
  const full = noRoom("a/blobs: its disk is full", "Make room there.");
  teller.over();
  for (let tries = 0; tries < 3; tries++) teller.say(full);
  teller.over();
  teller.over();
  expect(lines).toEqual([
    "bnas: the search waits: a/blobs: its disk is full. Make room there. To stop instead: Ctrl-C, and later continue with: bnas search --resume --out a",
    "bnas: the search continues",
  ]);
});
