import { EventEmitter } from "node:events";
import { EXIT } from "@bnas/errors";
import { describe, expect, it } from "vitest";
import { processTerminal } from "../src/terminal/terminal.js";

/** A process whose streams keep what is written, and which remembers how it ended. */
const hostOf = ({ isTTY = false } = {}) => {
  const stream = () => Object.assign(new EventEmitter(), { isTTY, text: "", write: (_: string): boolean => true });
  const [stdout, stderr] = [stream(), stream()];
  for (const one of [stdout, stderr]) {
    one.write = (text) => {
      one.text += text;
      return true;
    };
  }
  const ended: number[] = [];
  const host = Object.assign(new EventEmitter(), { stdout, stderr, exit: (code: number) => ended.push(code) });
  // The terminal uses of a process what is here.
  return { host, stdout, stderr, ended, terminal: processTerminal(host as unknown as NodeJS.Process) };
};

const broken = (code: string) => Object.assign(new Error(`write ${code}`), { code, syscall: "write" });
/** Moves the cursor, sets the title, begins a sequence in one byte of Latin-1, returns to the start of the line, turns it round. */
const hostile = "a\u001b[2J\u001b]0;title\u0007\u009b31m\rb\u202ec";
const escaped = "a\\u001b[2J\\u001b]0;title\\u0007\\u009b31m\\u000db\\u202ec";

describe("a terminal", () => {
  it("is never moved, coloured or turned round by a text from outside", () => {
    const { terminal, stdout, stderr } = hostOf({ isTTY: true });
    terminal.out(hostile);
    terminal.out(JSON.stringify({ name: "\u009b31m" }));
    terminal.note(hostile);
    terminal.status?.(hostile);
    expect(stdout.text).toBe(`${escaped}\n{"name":"\\u009b31m"}\n`);
    expect(stderr.text).toBe(`${escaped}\n\r\u001b[K${escaped}`);
  });

  it("gets texts escaped when they go through a pipe, and lines of JSON byte for byte: they may be hashed", () => {
    const { terminal, stdout } = hostOf();
    terminal.out(hostile);
    terminal.out('{"name":"\u009b"}');
    expect(stdout.text).toBe(`${escaped}\n{"name":"\u009b"}\n`);
  });

  it("ends a command by a code of its own when who read its output has left", () => {
    const { stdout, stderr, ended } = hostOf();
    stdout.emit("error", broken("EPIPE"));
    stdout.emit("error", broken("EPIPE"));
    expect(ended).toEqual([EXIT.unread]);
    expect(stderr.text).toBe("bnas: who read standard output has left\n");
  });

  it("says why output cannot be written, and does not end well", () => {
    const { stdout, stderr, ended } = hostOf();
    stdout.emit("error", broken("ENOSPC"));
    expect(ended).toEqual([EXIT.unreachable]);
    expect(stderr.text).toMatch(/standard output cannot be written \(write ENOSPC\)/);
  });

  it("lets a command outlive its reader, says so once, and writes no more there", () => {
    const { terminal, stdout, stderr, ended } = hostOf();
    terminal.outliveReader("the search continues, and its results go to runs/a");
    stdout.emit("error", broken("EPIPE"));
    terminal.out("a line");
    expect([ended, stdout.text]).toEqual([[], ""]);
    expect(stderr.text).toBe(
      "bnas: who read standard output has left; the search continues, and its results go to runs/a\n",
    );
  });

  it("survives a standard error that is gone", () => {
    const { stderr } = hostOf();
    expect(() => stderr.emit("error", broken("EPIPE"))).not.toThrow();
  });

  it("catches no signal before a command takes it: the system ends the process at once", () => {
    const { terminal, host, ended } = hostOf();
    expect(host.listenerCount("SIGINT") + host.listenerCount("SIGTERM")).toBe(0);
    terminal.takeInterrupts();
    host.emit("SIGTERM");
    expect([terminal.interrupted.aborted, ended]).toEqual([true, []]);
    host.emit("SIGINT");
    expect(ended).toEqual([EXIT.interrupted]);
  });
});
