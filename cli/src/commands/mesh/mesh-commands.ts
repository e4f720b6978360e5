import type { ExitCode } from "@bnas/errors";
import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import { FORMATS } from "../../outputs/genotype-files.js";
import { withNatsFlags } from "../../reach/nats-flags.js";
import { specFlagsOf, withSpecFlags } from "../../spec/spec-flags.js";
import { STATE_NAMES } from "../../terminal/search-view.js";
import type { Surroundings } from "../../terminal/surroundings.js";
import { architectureCommand } from "./architecture.js";
import { artifactsCommand } from "./artifacts.js";
import { cancelCommand, pauseCommand, resumeCommand } from "./control.js";
import { deleteCommand } from "./delete.js";
import { getCommand } from "./get.js";
import { ledgerCommand } from "./ledger.js";
import { listCommand } from "./list.js";
import { QUARANTINE_ACTIONS, quarantineCommand } from "./quarantine.js";
import { submitCommand } from "./submit.js";
import { usageCommand } from "./usage.js";
import { watchCommand } from "./watch.js";

const sequence = (text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("It takes the sequence of a fact, a whole number.");
  return Number(text);
};

/** The words of every command that asks a running mesh, beside its own. */
export const withMeshFlags = (command: Command): Command =>
  command
    .optionsGroup("Where the mesh is (docs/clients.md):")
    .addOption(
      new Option("--server <host:port>", "the SearchService of the mesh").env("BNAS_SERVER").default("127.0.0.1:7000"),
    )
    .option("--kube [namespace/service:port]", "reach it in a cluster instead, by `kubectl port-forward`")
    .addOption(new Option("--tls-ca <file>", "call by TLS: who signs its certificate, in PEM").env("BNAS_TLS_CA"))
    .addOption(new Option("--tls-client-cert <file>", "the certificate to show, in PEM").env("BNAS_TLS_CLIENT_CERT"))
    .addOption(new Option("--tls-client-key <file>", "its private key, in PEM").env("BNAS_TLS_CLIENT_KEY"))
    .addOption(new Option("--token-file <file>", "a file with your token").env("BNAS_TOKEN_FILE"));

/** Whether the flags of a command or the environment say where a mesh is. */
export const isMeshNamed = (command: Command): boolean =>
  command.getOptionValueSource("server") !== "default" || command.getOptionValueSource("kube") !== undefined;

/** Adds the commands that ask a running mesh. @param run runs one, prints what goes wrong and ends the process */
export const addMeshCommands = (
  program: Command,
  {
    run,
    clock,
  }: {
    readonly run: (command: (here: Surroundings) => Promise<ExitCode>, verbose: boolean) => Promise<void>;
    /** Milliseconds since 1970. */
    readonly clock: () => number;
  },
): void => {
  const add = (name: string, does: string): Command => program.command(name).description(does);
  const ofSearch = (name: string, does: string): Command =>
    add(name, does).argument("<search-id>", "name of the search");
  const last = (command: Command, json: string): Command =>
    withMeshFlags(command.option("--json", json, false).option("--verbose", "show the stack of an error", false));
  const object = "one JSON object instead of text";
  const objects = "one JSON object a line instead of text";

  last(
    withSpecFlags(add("submit", "open a search in a mesh and print its name; asked again, the same search is found"))
      .summary("open a search, and print its name")
      .option("--id <search-id>", "its name: lower-case letters, digits and '-' (default: by what is asked)")
      .option("--wait", "watch it until it has ended", false)
      .option("--dry-run", "let the mesh check it, print the full spec, and open nothing", false),
    objects,
  ).action((flags) => run((here) => submitCommand({ ...flags, spec: specFlagsOf(flags) }, here), flags.verbose));

  last(ofSearch("get", "how a search stands"), object).action((id, flags) =>
    run((here) => getCommand(id, flags, clock, here), flags.verbose),
  );

  last(
    add("list", "all searches, or those in a state").addOption(
      new Option("--state <state>", "only those in this state").choices(STATE_NAMES),
    ),
    objects,
  ).action((flags) => run((here) => listCommand(flags, clock, here), flags.verbose));

  last(
    ofSearch("watch", "follow a search to its end, over lost connections; Ctrl-C leaves it alone")
      .summary("follow a search to its end")
      .option("--after <sequence>", "show only what happened after this fact", sequence),
    objects,
  ).action((id, flags) => run((here) => watchCommand(id, flags, here), flags.verbose));

  last(
    ofSearch("cancel", "end a search before its genotype; its facts stay").option(
      "--reason <text>",
      "why, for people: it stays in the facts",
    ),
    object,
  ).action((id, flags) => run((here) => cancelCommand(id, flags, here), flags.verbose));

  last(ofSearch("pause", "let the jobs in progress end, and begin no more"), object).action((id, flags) =>
    run((here) => pauseCommand(id, flags, here), flags.verbose),
  );

  last(ofSearch("resume", "continue a paused search"), object).action((id, flags) =>
    run((here) => resumeCommand(id, flags, here), flags.verbose),
  );

  last(
    ofSearch("delete", "remove a search: its facts, and the blobs that no other one reaches")
      .summary("remove a search, its facts and its blobs")
      .option("--yes", "even if it has not ended: end it", false),
    object,
  ).action((id, flags) => run((here) => deleteCommand(id, flags, here), flags.verbose));

  last(
    ofSearch("architecture", "the cells that a search has found")
      .addOption(new Option("--format <format>", "only this form of them").choices(FORMATS))
      .option("--out <folder>", "write genotype.json, genotype.txt and the pictures of the cells there"),
    object,
  ).action((id, flags) => run((here) => architectureCommand(id, flags, here), flags.verbose));

  const artifacts = last(
    add("artifacts", "what a search leaves: facts, genotype, report, trained networks")
      .argument("<search-id>", "name of the search; or, where no mesh is named, the folder of a run on this machine")
      .option("--get <name>", "write this one; once for every one", (name: string, before: readonly string[] = []) => [
        ...before,
        name,
      ])
      .option("--all", "write all of them", false)
      .option("--out <folder>", "where they go", "."),
    objects,
  );
  artifacts.action((id, flags) =>
    run((here) => artifactsCommand(id, { ...flags, meshNamed: isMeshNamed(artifacts) }, here), flags.verbose),
  );

  last(ofSearch("ledger", "why each operation went, round by round"), objects).action((id, flags) =>
    run((here) => ledgerCommand(id, flags, here), flags.verbose),
  );

  last(
    add("usage", "what each owner of searches has used, and what it may use (docs/quotas.md)")
      .summary("what each owner of searches has used")
      .option("--owner <name>", "only this owner"),
    objects,
  ).action((flags) => run((here) => usageCommand(flags, here), flags.verbose));

  const quarantine = last(
    add("quarantine", "messages of the log that are no facts: list, show or drop them (docs/operations.md)")
      .addArgument(new Argument("<action>", "what to do").choices(QUARANTINE_ACTIONS))
      .argument("[sequence]", "which message, for show and drop", sequence)
      .option("--search <search-id>", "list: only those on subjects of this search")
      .option("--all", "drop: all of them but facts of a newer version", false)
      .option("--newer-version", "drop: a fact of a newer version, which services of that version need", false)
      .option(
        "--log <uri>",
        "look through the log itself, nats://HOST:PORT, and not at what a running mesh has set aside",
      ),
    objects,
  );
  withNatsFlags(quarantine).action((action, at, flags) =>
    run((here) => quarantineCommand(action, at, flags, here), flags.verbose),
  );
};
