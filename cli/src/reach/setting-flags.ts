import { ENGINE_CHOICES } from "@bnas/network";
import { saidOf, variableOf } from "@bnas/process";
import { workerSettings } from "@bnas/worker";
import { Option } from "commander";

/** A flag of a setting of a service, with what the setting says of itself. @param flags `--log <uri>` */
export const settingFlag = (flags: string, setting: unknown): Option => new Option(flags, textOf(setting));

/** What a setting says of itself, as help says it: `where the facts are: file:PATH or nats://HOST:PORT`. */
export const textOf = (setting: unknown): string => {
  const { description = "", allowed } = saidOf(setting);
  const text = description.replace(/\.$/, "").replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());
  return allowed === undefined || allowed.startsWith("the path of") ? text : `${text}: ${allowed}`;
};

/** The words of every command that runs tensors. The engine's place is of the machine, so it is in the environment, too. */
export const engineFlags = (): readonly Option[] => [
  new Option("--engine <name>", "what runs the tensors").choices(ENGINE_CHOICES).default("wasm"),
  settingFlag("--engine-dir <folder>", workerSettings.engineDir).env(variableOf("engineDir")),
  settingFlag("--gpu-fallback <engine>", workerSettings.gpuFallback).choices(["cpu"]).env(variableOf("gpuFallback")),
];

/** Those of the words of a command. */
export type EngineFlags = {
  readonly engine: (typeof ENGINE_CHOICES)[number];
  readonly engineDir?: string;
  readonly gpuFallback?: "cpu";
};
