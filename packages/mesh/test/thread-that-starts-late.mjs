// A thread that cannot be set up at first: its data is how often.
import { serveTasks } from "../dist/worker.js";

let tries = 0;
serveTasks(async (failures) => {
  tries += 1;
  if (tries <= failures) throw new Error(`not there yet: ${tries}`);
  return async (task) => `${task} after ${tries}`;
});
