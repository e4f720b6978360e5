// Writes what is made of the permissions on NATS: deploy/nats/accounts.conf and limits.conf, the copy of the first in the chart, and the table of
// docs/security.md. Build first.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { natsAccounts, natsLimits, permissionsTable } from "@bnas/nats/permissions";

const file = (name) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));

for (const copy of ["deploy/nats/accounts.conf", "charts/bnas/files/nats/accounts.conf"]) {
  writeFileSync(file(copy), natsAccounts());
}
writeFileSync(file("deploy/nats/limits.conf"), natsLimits());

const security = file("docs/security.md");
const table = /(?<=<!-- permissions -->\n).*?(?=<!-- end of permissions -->)/s;
writeFileSync(
  security,
  readFileSync(security, "utf8").replace(table, () => `${permissionsTable()}\n`),
);

execFileSync("npx", ["biome", "format", "--write", security], { stdio: "inherit" });
