// Writes what the repository holds of this package word for word: the CRD, and the tables of docs/cluster/conditions.md. Build first.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { definitionText } from "../dist/crd/definition.js";
import { conditionsTable } from "../dist/status/conditions.js";

const place = (path) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

writeFileSync(place("deploy/crd/architecturesearches.bnas.dev.yaml"), definitionText());

const conditions = place("docs/cluster/conditions.md");
const tables = /(?<=<!-- tables -->\n).*?(?=<!-- end of tables -->)/s;
writeFileSync(
  conditions,
  readFileSync(conditions, "utf8").replace(tables, () => `\n${conditionsTable()}\n\n`),
);

execFileSync("npx", ["biome", "format", "--write", conditions], { stdio: "inherit" });
