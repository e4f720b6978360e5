// Writes what docs/ holds of this package: docs/facts.schema.json, the kinds of docs/facts.md and the table of docs/spec.md. Build first.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { factsJsonSchema, specTable } from "../dist/explain/documents.js";
import { factKinds } from "../dist/explain/fact-documents.js";

const docs = (name) => fileURLToPath(new URL(`../../../docs/${name}`, import.meta.url));

const schema = docs("facts.schema.json");
writeFileSync(schema, `${JSON.stringify(factsJsonSchema(), null, 2)}\n`);

/** Put a text between two comments of a page. */
const write = (page, name, text) => {
  const between = new RegExp(`(?<=<!-- ${name} -->\n).*?(?=<!-- end of ${name} -->)`, "s");
  writeFileSync(
    page,
    readFileSync(page, "utf8").replace(between, () => `${text}\n`),
  );
};

const [spec, facts] = [docs("spec.md"), docs("facts.md")];
write(spec, "table", specTable());
write(facts, "kinds", factKinds());

execFileSync("npx", ["biome", "format", "--write", schema, spec, facts], { stdio: "inherit" });
