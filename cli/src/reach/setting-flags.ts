import { dataset } from "@bnas/dataset";
import { ENGINE_CHOICES } from "@bnas/network";
import { saidOf, variableOf } from "@bnas/process";
import { workerSettings } from "@bnas/worker";
import { Option } from "commander";

/**
 * A flag of a setting of a service, with what the setting says of itself; docs/settings.md has the rest of it.
 * @param flags `--log <uri>`; for a URI, the help lists the schemes
 */
export const settingFlag = (flags: string, setting: unknown): Option => {
  const { allowed } = saidOf(setting);
  return new Option(flags, flags.endsWith("<uri>") ? `${textOf(setting)}: ${allowed}` : textOf(setting));
};

/** The first sentence of a setting, as help says it: `where the facts are`. */
const textOf = (setting: unknown): string =>
  (saidOf(setting).description ?? "")
    .replace(/[.;] .*|\.$/s, "")
    .replace(/^[A-Z](?=[a-z ])/, (letter) => letter.toLowerCase());

/** The flag of every command that builds networks. */
export const operationsFlag = (): Option =>
  settingFlag("--operations <file>", workerSettings.operations).env(variableOf("operations"));

/** The flags of every command that runs tensors. The engine's place is of the machine, so it is in the environment, too. */
export const engineFlags = (): readonly Option[] => [
  new Option("--engine <name>", "what runs the tensors").choices(ENGINE_CHOICES).default("wasm"),
  settingFlag("--engine-dir <folder>", workerSettings.engineDir).env(variableOf("engineDir")),
  settingFlag("--gpu-fallback <engine>", workerSettings.gpuFallback).choices(["cpu"]).env(variableOf("gpuFallback")),
  operationsFlag(),
];

/** The values of those flags. */
export type EngineFlags = {
  readonly engine: (typeof ENGINE_CHOICES)[number];
  readonly engineDir?: string;
  readonly gpuFallback?: "cpu";
  readonly operations?: string;
};

/** The flag of every command that reads a dataset many times. */
export const datasetCacheFlag = (): Option =>
  settingFlag("--dataset-cache <folder>", dataset.config.shape.datasetCache).env(variableOf("datasetCache"));

/** The flag of every command that leaves results. */
export const signFlag = (): Option =>
  new Option("--sign <key>", "sign the results with this private Ed25519 key (PEM; docs/proof.md)");
