// Writes the table of values into the README of the chart: npm run chart:values.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chart } from "./helm.js";
import { rowsOf, tablesOf, withTables } from "./values-table.js";

const text = (name: string): string => readFileSync(join(chart, name), "utf8");
const tables = tablesOf(rowsOf(text("values.yaml"), JSON.parse(text("values.schema.json"))));
writeFileSync(join(chart, "README.md"), withTables(text("README.md"), tables));
