import { LIMITS } from "@bnas/errors";

/** What nats-server allows the accounts of a mesh; nothing of a program that connects can go beyond. */
export type AccountLimits = {
  /** Bytes of all streams and all their copies. */
  readonly store: number;
  readonly streams: number;
  /** Of each stream. */
  readonly consumers: number;
  /** Of each service. */
  readonly connections: number;
  /** Of each connection of a service. */
  readonly subscriptions: number;
  /** Bytes of a message of a service. */
  readonly message: number;
};

/** docs/limits.md has them. */
export const defaultAccountLimits: AccountLimits = {
  store: LIMITS["nats.store"].value,
  streams: LIMITS["nats.streams"].value,
  consumers: LIMITS["nats.consumers"].value,
  connections: LIMITS["nats.connections"].value,
  subscriptions: LIMITS["nats.subscriptions"].value,
  message: LIMITS["nats.message"].value,
};

/** limits.conf, which accounts.conf includes: numbers under the names that it uses. */
export const natsLimits = (limits: AccountLimits = defaultAccountLimits): string =>
  [
    "# What nats-server allows the accounts of a mesh (docs/limits.md), included by accounts.conf: change the numbers here, then",
    "# `nats-server --signal reload`. Made from the code by `npm run docs --workspace packages/nats`; a test holds it to that.",
    "",
    "# Bytes of all streams and all their copies: on three servers with three copies, three times what one may hold.",
    `bnas_store: ${limits.store}`,
    "# Streams, and consumers of each.",
    `bnas_streams: ${limits.streams}`,
    `bnas_consumers: ${limits.consumers}`,
    "# Connections of each service, subscriptions of each connection, and bytes of a message.",
    `bnas_connections: ${limits.connections}`,
    `bnas_subscriptions: ${limits.subscriptions}`,
    `bnas_message: ${limits.message}`,
    "",
  ].join("\n");
