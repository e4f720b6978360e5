// One try of one row, in a process of its own: node --import tsx test/bench/measure-row.ts ROW short|full Prints one line of JSON:
// what is measured, its reference, and the pairs.
import { isInvalidInput } from "@bnas/errors";
import { interleave } from "./gate/interleave.js";
import { ROWS } from "./rows.js";

const [name = "", form] = process.argv.slice(2);

const measure = async (): Promise<void> => {
  const entry = ROWS[name];
  if (entry === undefined) throw new RangeError(`there is no row ${name}`);
  const { row } = await entry.load();
  const open = await row.open();
  try {
    const pairs = await interleave(open, form === "short" ? row.pairs.short : row.pairs.full);
    console.log(JSON.stringify({ measured: row.measured, reference: row.reference, pairs }));
  } finally {
    await open.close();
  }
};

try {
  await measure();
} catch (error) {
  // What this machine lacks is printed in a line, without the places in our code where it was found.
  if (!isInvalidInput(error)) throw error;
  console.error(error.message);
  process.exit(2);
}
// A tensor engine keeps its process alive.
process.exit(0);
