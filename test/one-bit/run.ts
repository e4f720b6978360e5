// The table of 1-bit cells: npm run one-bit -- train|compare; README.md has the rest.
import { isInvalidInput } from "@bnas/errors";
import { compare } from "./compare.js";
import { parseOptions } from "./options.js";
import { train } from "./train.js";

try {
  const options = parseOptions(process.argv.slice(2));
  await { train, compare }[options.command](options, console.log);
} catch (error) {
  if (!isInvalidInput(error)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
