import type { NatsSettings } from "@bnas/nats";
import { type Command, Option } from "commander";

/** The words of every command that opens a log or a store: how it is secure with NATS (docs/security.md). */
export const withNatsFlags = (command: Command): Command =>
  command
    .optionsGroup("With NATS (docs/security.md):")
    .addOption(
      new Option("--nats-credentials <file>", "who you are: a .creds file, or a line `user password`").env(
        "BNAS_NATS_CREDENTIALS",
      ),
    )
    .addOption(new Option("--nats-ca <file>", "who signs the certificates of its servers, in PEM").env("BNAS_NATS_CA"))
    .addOption(new Option("--nats-cert <file>", "the certificate to show to them, in PEM").env("BNAS_NATS_CERT"))
    .addOption(new Option("--nats-key <file>", "its private key, in PEM").env("BNAS_NATS_KEY"));

/** Those of the words of a command. */
export const natsFlagsOf = ({ natsCredentials, natsCa, natsCert, natsKey }: NatsSettings): NatsSettings => ({
  natsCredentials,
  natsCa,
  natsCert,
  natsKey,
});
