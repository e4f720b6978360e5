// Writes what docs/ holds of this package: docs/facts.schema.json and the table of docs/spec.md. Build first.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { factsJsonSchema, specTable } from "../dist/explain/documents.js";

const docs = (name) => fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url));

const schema = docs("facts.schema.json");
writeFileSync(schema, `${JSON.stringify(factsJsonSchema(), null, 2)}\n`);

const spec = docs("spec.md");
const table = /(?<=<!-- table -->\n).*?(?=<!-- end of table -->)/s;
writeFileSync(
  spec,
  readFileSync(spec, "utf8").replace(table, () => `${specTable()}\n`),
);

execFileSync("npx", ["biome", "format", "--write", schema, spec], { stdio: "inherit" });
