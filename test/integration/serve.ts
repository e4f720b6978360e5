import { started } from "./bnas.js";

/** Start `bnas serve SERVICE` and wait until it says where it listens; of `all` of them, where the pruner does. */
export const serve = async (service: string, ...flags: string[]) => {
  const run = started("serve", service, ...flags);
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
