// A thread that cannot be set up at first: its data is how often. It runs the source, as the tests do.
import { register } from "tsx/esm/api";

register();
const { serveThread } = await import("../src/serve-thread.ts");

let tries = 0;
serveThread(process.env, async (failures) => {
  tries += 1;
  if (tries <= failures) throw new Error(`not there yet: ${tries}`);
  return { name: async (task) => `${task} after ${tries}` };
});
