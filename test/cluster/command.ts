import { spawn } from "node:child_process";

export type Options = {
  readonly cwd?: string;
  /** Added to ours. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the command reads. */
  readonly input?: string | Buffer;
  /** Its output goes to the terminal as it comes. */
  readonly show?: boolean;
};

/** A command that ended otherwise than well. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  readonly output: string;
  constructor(command: string, how: string, output: string) {
    super(`${command} ${how}${output === "" ? "" : `:\n${output.slice(-4000)}`}`);
    this.output = output;
  }
}

/** What a command printed. Rejects with all it said when it does not end well. */
export function run(file: string, args: readonly string[], options: Options = {}): Promise<string> {
  const child = spawn(file, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdio: [
      options.input === undefined ? "ignore" : "pipe",
      options.show ? "inherit" : "pipe",
      options.show ? "inherit" : "pipe",
    ],
  });
  const printed: Buffer[] = [];
  const said: Buffer[] = [];
  child.stdout?.on("data", (data: Buffer) => printed.push(data));
  child.stderr?.on("data", (data: Buffer) => said.push(data));
  // A command may end before it has read everything; how it ends tells.
  child.stdin?.on("error", () => {});
  child.stdin?.end(options.input);
  const command = [file, ...args].join(" ").slice(0, 300);
  return new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new CommandFailed(command, `did not start (${error.message})`, "")));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(Buffer.concat(printed).toString());
      else
        reject(
          new CommandFailed(command, `ended with ${signal ?? code}`, Buffer.concat([...said, ...printed]).toString()),
        );
    });
  });
}
