import { started } from "./bnas.js";

/** Start `bnas serve SERVICE` and wait until it says where it listens. */
export const serve = async (service: string, ...flags: string[]) => {
  const run = started("serve", service, ...flags);
  const address = await new Promise<string>((resolve, reject) => {
    run.process.stdout?.on("data", (data) => {
      const match = /listens on (\S+)/.exec(String(data));
      if (match?.[1] !== undefined) resolve(match[1]);
    });
    run.ended.then(({ code, stderr }) => reject(new Error(`${service} ended with ${code}: ${stderr}`)), reject);
  });
  return { ...run, address };
};
