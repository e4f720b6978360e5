import { started, startedNext } from "./bnas.js";

/** Start `bnas serve SERVICE` and wait until it says where it listens; of `all` of them, where the pruner does. */
export const serve = (service: string, ...flags: string[]) => serving(started, service, ...flags);

/** The same of version N+1. */
export const serveNext = (service: string, ...flags: string[]) => serving(startedNext, service, ...flags);

const serving = async (start: typeof started, service: string, ...flags: string[]) => {
  const run = start("serve", service, ...flags);
  const line = service === "all" ? /pruner listens on (\S+)\n/ : /listens on (\S+)\n/;
  let said = "";
  const address = await new Promise<string>((resolve, reject) => {
    run.process.stdout?.on("data", (data) => {
      said += data;
      const match = line.exec(said);
      if (match?.[1] !== undefined) resolve(match[1]);
    });
    run.ended.then(({ code, stderr }) => reject(new Error(`${service} ended with ${code}: ${stderr}`)), reject);
  });
  /** Of `all`: where another of its services listens. */
  const addressOf = (other: string): string => new RegExp(`^${other} listens on (\\S+)$`, "m").exec(said)?.[1] ?? "";
  return { ...run, address, addressOf };
};
