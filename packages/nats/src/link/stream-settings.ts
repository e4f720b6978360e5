import { isDeepStrictEqual } from "node:util";
import type { StreamConfig } from "@nats-io/jetstream";

/** What a setting of a stream must be for us. */
export type Setting = {
  readonly field: keyof StreamConfig;
  readonly wanted: unknown;
  /** Without it facts or blobs would be lost, doubled or refused: we do not start. Otherwise it is only logged. */
  readonly breaks: boolean;
  /** What makes `nats stream edit NAME` set it; null: it cannot be changed of a stream that is there. */
  readonly flag: string | null;
};

/** A setting that is not as it should be. */
export type SettingDifference = Setting & { readonly found: unknown };

/** What a server leaves out of its answer, or says otherwise, when a setting is off. */
const off: Partial<Record<keyof StreamConfig, unknown>> = {
  no_ack: false,
  sealed: false,
  allow_direct: false,
  discard_new_per_subject: false,
  deny_delete: false,
  deny_purge: false,
  allow_rollup_hdrs: false,
  allow_msg_ttl: false,
  max_msgs_per_subject: -1,
  persist_mode: "default",
};

const found = (config: Partial<StreamConfig>, field: keyof StreamConfig): unknown => {
  const value = config[field] ?? off[field];
  // No limit is -1 for some versions of the server and 0 for others.
  return field === "max_msgs_per_subject" && value === 0 ? -1 : value;
};

/** The settings in which a stream is not as wanted. */
export const differences = (
  config: Partial<StreamConfig>,
  settings: readonly Setting[],
): readonly SettingDifference[] =>
  settings
    .map((setting) => ({ ...setting, found: found(config, setting.field) }))
    .filter((setting) => !isDeepStrictEqual(setting.found, setting.wanted));

/** The command that repairs what can be repaired, or what to do if nothing can be edited. */
export const repairing = (stream: string, wrong: readonly SettingDifference[]): string => {
  const fixed = wrong.filter(({ flag }) => flag === null).map(({ field }) => field);
  if (fixed.length > 0) {
    return (
      `${fixed.join(" and ")} cannot be changed of a stream that is there: stop bnas, keep a copy by ` +
      `\`nats stream backup ${stream} DIR\`, \`nats stream rm ${stream}\`, and start again: it makes the stream again.`
    );
  }
  return `Run \`nats stream edit ${stream} --force ${wrong.map(({ flag }) => flag).join(" ")}\` and start again.`;
};

/** What keeps messages, whatever they are. */
export const keepsMessages: readonly Setting[] = [
  { field: "storage", wanted: "file", breaks: true, flag: null },
  { field: "retention", wanted: "limits", breaks: true, flag: null },
  { field: "persist_mode", wanted: "default", breaks: true, flag: null },
  { field: "sealed", wanted: false, breaks: true, flag: null },
  { field: "no_ack", wanted: false, breaks: true, flag: "--ack" },
  { field: "discard", wanted: "new", breaks: true, flag: "--discard=new" },
  { field: "max_age", wanted: 0, breaks: true, flag: "--max-age=0s" },
  { field: "allow_direct", wanted: true, breaks: true, flag: "--allow-direct" },
  { field: "max_msgs", wanted: -1, breaks: false, flag: "--max-msgs=-1" },
  { field: "max_msg_size", wanted: -1, breaks: false, flag: "--max-msg-size=-1" },
  { field: "deny_purge", wanted: false, breaks: false, flag: null },
];
