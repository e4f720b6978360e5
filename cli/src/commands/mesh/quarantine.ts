import { EXIT, type ExitCode, fault, invalidInput } from "@bnas/errors";
import type { NatsSettings } from "@bnas/nats";
import {
  type Quarantined,
  type QuarantineView,
  quarantineOfMesh,
  withQuarantineOfLog,
} from "../../reach/quarantined.js";
import { askMesh, type MeshFlags } from "../../reach/reach-mesh.js";
import type { Surroundings } from "../../terminal/surroundings.js";
import { table } from "../../terminal/table.js";

export const QUARANTINE_ACTIONS = ["list", "show", "drop"] as const;
export type QuarantineAction = (typeof QUARANTINE_ACTIONS)[number];

export type QuarantineFlags = MeshFlags &
  NatsSettings & {
    readonly log?: string;
    readonly search?: string;
    readonly all: boolean;
    readonly newerVersion: boolean;
    readonly json: boolean;
  };

/** `bnas quarantine list|show|drop`: messages of the log that are no facts, and that stop no one. */
export const quarantineCommand = async (
  action: QuarantineAction,
  sequence: number | undefined,
  flags: QuarantineFlags,
  here: Surroundings,
): Promise<ExitCode> => {
  checkWords(action, sequence, flags);
  const act = async (view: QuarantineView): Promise<ExitCode> => {
    if (action === "list") await list(view, flags, here);
    else if (sequence === undefined) await dropAll(view, flags, here);
    else await one(view, { action, sequence, flags }, here);
    return EXIT.done;
  };
  return flags.log === undefined
    ? askMesh(flags, here, ({ client }) => act(quarantineOfMesh(client, here.interrupted)))
    : withQuarantineOfLog(flags.log, flags, here, act);
};

const checkWords = (action: QuarantineAction, sequence: number | undefined, { all }: QuarantineFlags): void => {
  const hint = "`bnas quarantine list` prints the sequences.";
  if (action === "list" && sequence !== undefined) throw invalidInput("SEQUENCE", sequence, "nothing with list", hint);
  if (action === "show" && sequence === undefined)
    throw invalidInput("SEQUENCE", "", "the sequence of a message", hint);
  if (action === "drop" && (sequence === undefined) === !all)
    throw invalidInput("SEQUENCE", sequence ?? "", "the sequence of a message, or --all instead", hint);
};

const list = async (view: QuarantineView, { search, json }: QuarantineFlags, here: Surroundings): Promise<void> => {
  const { messages, count } = await view.list(search);
  if (json) for (const message of messages) here.out(JSON.stringify({ type: "quarantined", ...message }));
  else if (messages.length > 0) {
    const rows = messages.map(({ sequence, reason, bytes, removed, subject }) => [
      String(sequence),
      printable(reason),
      String(bytes),
      removed ? "removed" : "there",
      printable(subject),
    ]);
    for (const line of table([["SEQUENCE", "REASON", "BYTES", "IS", "SUBJECT"], ...rows])) here.out(line);
  } else here.note("nothing is set aside");
  const more = count - messages.length;
  if (more > 0) here.note(`and ${more} more, of which only the number is kept`);
};

const one = async (
  view: QuarantineView,
  asked: { readonly action: QuarantineAction; readonly sequence: number; readonly flags: QuarantineFlags },
  here: Surroundings,
): Promise<void> => {
  const { action, sequence, flags } = asked;
  const found = (await view.list()).messages.find((message) => message.sequence === sequence);
  if (found === undefined) {
    const hint =
      "`bnas quarantine list` prints those that are; with --log nats://HOST:PORT it looks through the log itself.";
    throw fault("NOT_FOUND", `no message of the sequence ${sequence} is set aside`, hint);
  }
  if (action === "show") return show(found, flags, here);
  if (found.reason === "newer-version" && !flags.newerVersion) {
    const hint = "If no service of that version runs any more, add --newer-version.";
    throw fault(
      "FAILED_PRECONDITION",
      `message ${sequence} is a fact of a newer version of bnas, which its services need`,
      hint,
    );
  }
  await view.drop(found, flags.newerVersion);
  tellDropped(found, flags, here);
};

const show = (found: Quarantined, { json }: QuarantineFlags, here: Surroundings): void => {
  if (json) {
    here.out(JSON.stringify({ type: "quarantined", ...found }));
    return;
  }
  const { sequence, subject, reason, why, text, bytes, removed } = found;
  const rows = [
    ["sequence", String(sequence)],
    ["subject", printable(subject)],
    ["reason", `${printable(reason)}: ${printable(why)}`],
    ["is", removed ? "removed from the log, for its subject is that of a fact" : "in the log"],
    ["bytes", String(bytes)],
    ["text", printable(text)],
  ];
  for (const line of table(rows)) here.out(line);
};

const dropAll = async (view: QuarantineView, flags: QuarantineFlags, here: Surroundings): Promise<void> => {
  const dropped = await view.dropAll(flags.search, flags.newerVersion);
  here.out(flags.json ? JSON.stringify({ type: "dropped", count: dropped }) : `dropped ${dropped} messages`);
};

const tellDropped = ({ sequence, subject }: Quarantined, { json }: QuarantineFlags, here: Surroundings): void => {
  if (json) here.out(JSON.stringify({ type: "dropped", count: 1, sequence, subject }));
  else here.out(`dropped message ${sequence} on ${printable(subject)}`);
};

/** A text of a stranger, for a terminal: no control character, and none that turns the line around. */
const printable = (text: string): string =>
  text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
