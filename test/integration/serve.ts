import { started } from "./bnas.js";

/** Start `bnas serve SERVICE` and wait until it says where it listens; of `all` of them, where the pruner does. */
export const serve = async (service: string, ...flags: string[]) => {
  const run = started("serve", service, ...flags);
  const line = service === "all" ? /pruner listens on (\S+)\n/ : /listens on (\S+)\n/;
  const address = await new Promise<string>((resolve, reject) => {
    let said = "";
    run.process.stdout?.on("data", (data) => {
      said += data;
      const match = line.exec(said);
      if (match?.[1] !== undefined) resolve(match[1]);
    });
    run.ended.then(({ code, stderr }) => reject(new Error(`${service} ended with ${code}: ${stderr}`)), reject);
  });
  return { ...run, address };
};
