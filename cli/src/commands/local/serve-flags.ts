import { meshSettings } from "@bnas/mesh";
import { pruner } from "@bnas/pruner";
import { secureSettings } from "@bnas/tls";
import { type Command, InvalidArgumentError } from "commander";
import { withNatsFlags } from "../../reach/nats-flags.js";
import { engineFlags, settingFlag, textOf } from "../../reach/setting-flags.js";

const trainersOf = (text: string): number => {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError("It takes a whole number from 1 to 99.");
  return Number(text);
};
const openJobsOf = (text: string): number => {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError("It takes a whole number from 1 to 99999.");
  return Number(text);
};
const retentionOf = (text: string): string => {
  if (!/^\d{1,6}[smhd]$/.test(text)) throw new InvalidArgumentError("It takes a time such as 12h or 7d.");
  return text;
};

/** The flags of `bnas serve`: settings of its services, and flags that set several of them. docs/settings.md has all. */
export const withServeFlags = (command: Command): Command => {
  const { log, dataset: datasetAddress, retention, openJobs, tokenFile } = pruner.config.shape;
  command
    .option("--listen <host:port>", "where it answers gRPC; port 0 takes a free one", "127.0.0.1:0")
    .option("--nats <uri>", "facts and blobs are there, nats://HOST:PORT: short for --log and --store")
    .addOption(settingFlag("--log <uri>", log))
    .addOption(settingFlag("--store <uri>", meshSettings.store))
    .addOption(settingFlag("--dataset <host:port>", datasetAddress))
    .option("--trainers <n>", "of `serve all`: so many trainers", trainersOf)
    .option("--retention <time>", `of the pruner: ${textOf(retention)}`, retentionOf)
    .option("--open-jobs <n>", `of the pruner: ${textOf(openJobs)}`, openJobsOf)
    .addOption(settingFlag("--tls-cert <file>", secureSettings.tlsCert))
    .addOption(settingFlag("--tls-key <file>", secureSettings.tlsKey))
    .addOption(settingFlag("--tls-client-ca <file>", secureSettings.tlsClientCa))
    .addOption(settingFlag("--tls-ca <file>", secureSettings.tlsCa))
    .addOption(settingFlag("--tls-client-cert <file>", secureSettings.tlsClientCert))
    .addOption(settingFlag("--tls-client-key <file>", secureSettings.tlsClientKey))
    .option("--token-file <file>", `of the pruner: ${textOf(tokenFile)}`);
  for (const option of engineFlags()) command.addOption(option);
  return withNatsFlags(command);
};
