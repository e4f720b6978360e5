import type { Writer } from "@bnas/search";
import { IMPORTED_API } from "../link/api-prefix.js";
import { defaultPlaces, type NatsPermission, type NatsPlaces, natsPermissions } from "./permissions.js";

const services: readonly Writer[] = ["pruner", "trainer", "evaluator"];

/** The account that holds the streams. */
const HOLDER = "BNAS";

/**
 * The accounts of a mesh for the configuration of nats-server: one that holds facts and blobs, and one for each service, which may
 * ask of it what `natsPermissions` says.
 *
 * Permissions to publish would not be enough in one account for all. A request names the subject of its answer, and nats-server
 * publishes the answer there without checking the permissions of the client: a trainer could make it publish a message on the
 * subject of a `reduced`, and the stream would accept it. With separate accounts an answer does not leave its account.
 */
export const natsAccounts = (places: NatsPlaces = defaultPlaces): string =>
  [
    "# The accounts of a mesh: one that holds facts and blobs, and one for each service with the permissions that it needs (docs/security.md).",
    "# Made from the code by `npm run docs --workspace packages/nats`; a test holds it to that. Included by nats.conf, beside passwords.conf and limits.conf.",
    'include "passwords.conf"',
    'include "limits.conf"',
    "accounts {",
    `  ${HOLDER} {`,
    "    jetstream { max_file: $bnas_store, max_streams: $bnas_streams, max_consumers: $bnas_consumers }",
    "    # For people: bnas gc, facts and restore, and the tools of NATS.",
    '    users: [{ user: "admin", password: $admin_password }]',
    "    exports: [",
    ...exported(places).map((line) => `      ${line}`),
    "    ]",
    "  }",
    ...services.flatMap((service) => account(service, places).map((line) => `  ${line}`)),
    "}",
    "",
  ].join("\n");

const accountOf = (service: Writer): string => service.toUpperCase();

const quoted = (subject: string): string => JSON.stringify(subject);

/** Where a service asks for it in its own account. */
const own = (subject: string): string => subject.replace(/^\$JS\.API\./, `${IMPORTED_API}.`);

const exported = (places: NatsPlaces): readonly string[] => {
  const all = new Map<string, { readonly right: NatsPermission; readonly accounts: string[] }>();
  for (const service of services) {
    for (const right of natsPermissions(service, places).allowed) {
      const known = all.get(right.subject);
      if (known === undefined) all.set(right.subject, { right, accounts: [accountOf(service)] });
      else known.accounts.push(accountOf(service));
    }
  }
  return [...all.values()].map(({ right: { subject, answers }, accounts }) => {
    // A server remembers for that time where several answers go.
    const response = answers === "many" ? ', response: stream, threshold: "10s"' : "";
    return `{ service: ${quoted(subject)}, accounts: [${accounts.join(", ")}]${response} }`;
  });
};

const account = (service: Writer, places: NatsPlaces): readonly string[] => {
  const { allowed, denied } = natsPermissions(service, places);
  const list = (name: string, subjects: readonly string[]): readonly string[] => [
    `        ${name}: [`,
    ...subjects.map((subject) => `          ${quoted(own(subject))}`),
    "        ]",
  ];
  return [
    `${accountOf(service)} {`,
    "  limits { max_connections: $bnas_connections, max_subscriptions: $bnas_subscriptions, max_payload: $bnas_message }",
    "  users: [{",
    `    user: ${quoted(service)}, password: $${service}_password`,
    "    permissions: {",
    "      # What is not allowed is refused at once, so no client waits for an answer.",
    "      publish: {",
    ...list(
      "allow",
      allowed.map(({ subject }) => subject),
    ),
    ...list("deny", denied),
    "      }",
    '      subscribe: { allow: ["_INBOX.>"] }',
    "    }",
    "  }]",
    "  imports: [",
    ...allowed.map(({ subject }) => {
      const to = own(subject) === subject ? "" : `, to: ${quoted(own(subject))}`;
      return `    { service: { account: ${HOLDER}, subject: ${quoted(subject)} }${to} }`;
    }),
    "  ]",
    "}",
  ];
};
