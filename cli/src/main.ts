import { readFileSync } from "node:fs";
import { EXIT, type ExitCode, printable } from "@bnas/errors";
import { FORMAT_NAMES } from "@bnas/export";
import { millisecondsIn, prepareEnvironment } from "@bnas/process";
import { createLogger, type RunningTelemetry, startTelemetry } from "@bnas/telemetry";
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { factsCommand } from "./commands/facts/facts.js";
import { gcCommand } from "./commands/facts/gc.js";
import { meshFactsCommand } from "./commands/facts/mesh-facts.js";
import { restoreCommand } from "./commands/facts/restore.js";
import { auditCommand } from "./commands/local/audit.js";
import { benchCommand } from "./commands/local/bench.js";
import { classifyCommand } from "./commands/local/classify.js";
import { dataCheckCommand } from "./commands/local/data-check.js";
import { deriveCommand } from "./commands/local/derive.js";
import { EVALUATED_SPLITS, evaluateCommand } from "./commands/local/evaluate.js";
import { exportCommand } from "./commands/local/export.js";
import { replayCommand } from "./commands/local/replay.js";
import { searchCommand } from "./commands/local/search.js";
import { SERVICES, type ServiceName, serveCommand } from "./commands/local/serve.js";
import { withServeFlags } from "./commands/local/serve-flags.js";
import { showCommand } from "./commands/local/show.js";
import { trainCommand } from "./commands/local/train.js";
import { compareCommand } from "./commands/mesh/compare.js";
import { addMeshCommands, isMeshNamed, withMeshFlags } from "./commands/mesh/mesh-commands.js";
import { withNatsFlags } from "./reach/nats-flags.js";
import { datasetCacheFlag, engineFlags, operationsFlag, signFlag } from "./reach/setting-flags.js";
import { shareFrom, wholeFrom, withDerivedFlags } from "./spec/derived-flags.js";
import { specFlagsOf, withSharedFlags, withSpecFlags } from "./spec/spec-flags.js";
import { helpFormat } from "./terminal/help-format.js";
import { printError } from "./terminal/print-error.js";
import type { Surroundings } from "./terminal/surroundings.js";
import { processTerminal } from "./terminal/terminal.js";

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const terminal = processTerminal();

const grace = (text: string): number => {
  const milliseconds = text === "0" ? 0 : millisecondsIn(text);
  if (milliseconds === undefined) throw new InvalidArgumentError("It takes a time such as 90s, 30m, 1h or 7d.");
  return milliseconds;
};
const verbose = new Option("--verbose", "log every step, and show the stack of an error").default(false);

const run = async (command: (here: Surroundings) => Promise<ExitCode>, shown: boolean, service = "bnas") => {
  const { env } = process;
  prepareEnvironment(env);
  let telemetry: RunningTelemetry | undefined;
  try {
    const logger = createLogger({ name: service, level: shown ? "debug" : "warn" });
    telemetry = await startTelemetry({ service, env, logger });
    process.exitCode = await command({ ...terminal, recorder: telemetry.recorder, env });
  } catch (error) {
    process.exitCode = printError(error, shown, terminal);
  }
  await telemetry?.shutdown();
  await terminal.flushed();
  // Sockets of grpc may linger for seconds; everything that counts was drained and synced by now.
  process.exit();
};

const program = new Command("bnas")
  .description("Binarized Neural Architecture Search (Chen et al., AAAI 2020) on a mesh of small services")
  .version(version)
  .exitOverride()
  // Its errors repeat what the command line says, which may be the name of a file.
  .configureOutput({ writeErr: (text) => void process.stderr.write(printable(text)) })
  .configureHelp(helpFormat)
  .addHelpText(
    "after",
    `
Exit codes: ${EXIT.done} done, ${EXIT.fault} a fault of bnas, ${EXIT.badInput} bad input, ${EXIT.noGenotype} the search failed or was cancelled,
  ${EXIT.damaged} damaged facts or blobs, ${EXIT.unreachable} a mesh, broker or store is unavailable, slow or full,
  ${EXIT.diverged} the search diverged and its genotype means nothing, ${EXIT.interrupted} interrupted (--resume continues),
  ${EXIT.unread} standard output was closed before all was written`,
  );

program.commandsGroup("On this machine:");
const search = withSpecFlags(
  program
    .command("search")
    .summary("search, and leave the genotype and a report")
    .description("search for an architecture and leave the genotype and its report in a folder"),
)
  .option("--out <folder>", "where the results go (default: a new folder under runs/)")
  .option("--resume", "continue the search in --out", false)
  .option("--json", "one JSON object a line on standard output instead of text", false)
  .option("--dry-run", "print the full spec, the networks to train and an estimate of time and memory", false);
for (const option of [...engineFlags(), datasetCacheFlag(), signFlag()]) search.addOption(option);
search
  .addOption(verbose)
  .action((flags) =>
    run((here) => searchCommand({ ...flags, spec: specFlagsOf(flags) }, version, here), flags.verbose),
  );

const train = withSharedFlags(
  program
    .command("train")
    .summary("train the network of a genotype, and leave the model")
    .description("train the network that is stacked from a genotype, without a search (docs/models.md)"),
)
  .option("--genotype <genotype>", "a file (genotype.json, .txt or genotypes.py), a Genotype(...) text, or published")
  .option("--name <name>", "which genotype of a text that has several")
  .option("--seeds <number>", "networks to train, each with a seed of its own", wholeFrom(1))
  .option("--epochs <number>", "epochs of each; the preset's when it is left out", wholeFrom(1))
  .option("--out <folder>", "where the results go (default: a new folder under runs/)")
  .option("--resume", "continue the training in --out", false)
  .option("--json", "one JSON object a line on standard output instead of text", false)
  .option("--dry-run", "print the full spec and the network to train", false);
for (const option of [...engineFlags(), datasetCacheFlag(), signFlag()]) train.addOption(option);
train
  .addOption(verbose)
  .action((flags) => run((here) => trainCommand({ ...flags, spec: specFlagsOf(flags) }, version, here), flags.verbose));

const evaluate = program
  .command("evaluate")
  .summary("how a trained network answers to labelled images")
  .description("evaluate a model: accuracy with its interval, by class, and calibration (docs/models.md)")
  .argument("<model>", "the folder of a model, or of the run that left it")
  .requiredOption("--dataset <uri>", "cifar10:PATH, cifar100:PATH, idx:DIR, folder:DIR or shapes:")
  .addOption(new Option("--split <name>", "which images").choices(EVALUATED_SPLITS).default("test"))
  .option("--batch <number>", "images at a time; changes no answer", wholeFrom(1), 100)
  .option("--json", "one JSON object, with the matrix of confusions", false);
for (const option of engineFlags()) evaluate.addOption(option);
evaluate.addOption(verbose).action((path, flags) => run((here) => evaluateCommand(path, flags, here), flags.verbose));

program
  .command("data")
  .summary("whether a dataset can be used, and what fixes it")
  .description("questions about datasets")
  .command("check")
  .summary("all that a search would refuse, and what fixes it")
  .description(
    "read a whole dataset once, as a search does, and name all that a search would refuse (docs/datasets.md)",
  )
  .argument("<uri>", "cifar10:PATH, cifar100:PATH, idx:DIR, folder:DIR or shapes:")
  .option("--image-size <pixels>", "as data.imageSize of the spec; 0: the images' own", wholeFrom(0), 0)
  .option("--memory-mib <n>", "what it may take in memory, as of the dataset service", wholeFrom(16), 4096)
  .option("--json", "one JSON object, with every finding", false)
  .addOption(verbose)
  .action((uri, flags) => run(() => dataCheckCommand(uri, flags, terminal), flags.verbose));

program
  .command("replay")
  .summary("what a search decided and why, from its facts")
  .description("print what a search decided and why, from its facts alone")
  .argument("<facts>", "facts.jsonl of a search")
  .option("--verify <key>", "require that this public Ed25519 key (PEM) signed the results (docs/proof.md)")
  .option("--json", "one JSON object a line", false)
  .addOption(verbose)
  .action((path, flags) => run(() => replayCommand(path, flags, terminal), flags.verbose));

const audit = program
  .command("audit")
  .summary("do some jobs of a search again and compare them, bit for bit")
  .description(
    "do a random part of the jobs of a search again, and compare every answer to the last bit (docs/proof.md)",
  )
  .argument("<facts>", "facts.jsonl of a search, with its blobs beside it")
  .option("--fraction <share>", "of its jobs: above 0, at most 1", shareFrom, 0.1)
  .option("--seed <number>", "which of them", wholeFrom(0), 0)
  .option("--json", "one JSON object a line", false);
for (const option of [...engineFlags(), datasetCacheFlag()]) audit.addOption(option);
audit.addOption(verbose).action((path, flags) => run((here) => auditCommand(path, flags, here), flags.verbose));

program
  .command("show")
  .summary("a genotype as a table and a line, and its size")
  .description("show a genotype: table, Genotype(...) line, size of its derived network")
  .argument("<genotype>", "a file (genotype.json, .txt or genotypes.py), a Genotype(...) text, or the word published")
  .option("--name <name>", "which genotype of a text that has several")
  .option("--svg <folder>", "draw each cell there: normal.svg, reduction.svg")
  .addOption(operationsFlag())
  .option("--json", "one JSON object", false)
  .addOption(verbose)
  .action((source, flags) => run(() => showCommand(source, flags, terminal), flags.verbose));

withDerivedFlags(
  program
    .command("derive")
    .summary("the best genotype that a budget allows")
    .description(
      "find the best genotype within bounds, by what the facts of a search say; nothing is trained (docs/budgets.md)",
    )
    .argument("<facts>", "facts.jsonl of a search")
    .option(
      "--at-most <bounds>",
      "bits=5M,ops=400M,latency=60ms: one to three of them; once for every budget",
      (bounds: string, before: readonly string[] = []) => [...before, bounds],
    )
    .option("--latency <file>", "times of operations, as `bnas bench --latency --json` writes them"),
)
  .option("--picture <file>", "draw what a budget buys there, as SVG")
  .option("--dry-run", "print least, middle and most of what the genotypes of the space cost", false)
  .option("--json", "one JSON object a line", false)
  .addOption(verbose)
  .action((path, flags) => run(() => deriveCommand(path, flags, terminal), flags.verbose));

const bench = withDerivedFlags(
  program
    .command("bench")
    .summary("how long operations take on this machine")
    .description("measure how long each operation of a derived network takes on this machine (docs/budgets.md)")
    .option("--latency", "measure the time of one image", false),
)
  .addOption(
    new Option("--binarize <what>", "what has one bit in the network")
      .choices(["none", "weights", "weights+activations"])
      .default("weights"),
  )
  .option("--runs <number>", "runs of each network, of which the least time counts", wholeFrom(1), 30)
  .option("--check <number>", "random networks to measure as a whole, to see how far the table is off", wholeFrom(0), 0)
  .option("--json <file>", "write the table there, for `bnas derive --latency`");
for (const option of engineFlags()) bench.addOption(option);
bench
  .addOption(verbose)
  .action((flags) => run((here) => benchCommand(flags, () => performance.now(), here), flags.verbose));

const exported = program
  .command("export")
  .summary("a trained model in a form of others, proved first")
  .description(
    "write a trained model in a form that others read, after comparing it with what was trained (docs/exports.md)",
  )
  .argument("<model>", "the folder that bnas train left")
  .requiredOption("--format <name>", FORMAT_NAMES.join(", "))
  .requiredOption("--out <folder>", "a folder that is not there, or is empty")
  .option("--opset <number>", "onnx: 25, or 17 for older runtimes (default: 25)", wholeFrom(1))
  .addOption(
    new Option("--python <path>", "the Python that has onnxruntime, qonnx or torch, to compare with")
      .env("BNAS_PYTHON")
      .default("python3"),
  )
  .option("--images <number>", "images to compare on", wholeFrom(1), 8)
  .option("--json", "print export-check.json", false);
for (const option of engineFlags()) exported.addOption(option);
exported.addOption(verbose).action((model, flags) => run((here) => exportCommand(model, flags, here), flags.verbose));

program
  .command("classify")
  .summary("what a trained model says of pictures")
  .description("classify pictures by a trained model, in the 1-bit form in which devices run it (docs/classify.md)")
  .argument("<model>", "the folder that bnas train left, or a .bnn file")
  .argument("<picture...>", "JPEG, PNG or WebP, of any size")
  .option("--json", "one JSON object a picture", false)
  .addOption(verbose)
  .action((model, pictures, flags) => run(() => classifyCommand(model, pictures, flags, terminal), flags.verbose));

const compared = program
  .command("compare")
  .summary("runs side by side: accuracies, costs, seconds")
  .description("compare runs, after what makes their numbers incomparable: data, budget, code, engine (docs/models.md)")
  .argument("<run...>", "folders that bnas search or train left; with --server or --kube also ids of searches")
  .option("--out <file>", "leave a page there (FILE.html), or its picture alone (FILE.svg)")
  .option("--json", "one JSON object, with whole digests", false)
  .addOption(verbose);
withMeshFlags(compared).action((names, flags) =>
  run((here) => compareCommand(names, { ...flags, meshNamed: isMeshNamed(compared) }, here), flags.verbose),
);

const serve = program
  .command("serve")
  .summary("run one service, or the whole mesh")
  .description("run one service, or the whole mesh, until it is stopped")
  .addArgument(new Argument("<service>").choices(SERVICES))
  .addOption(verbose);
withServeFlags(serve).action((name: ServiceName, flags) =>
  run((here) => serveCommand(name, flags, here), flags.verbose, name === "all" ? "bnas" : `bnas-${name}`),
);

program.commandsGroup("In a running mesh (--server, --kube):");
addMeshCommands(program, { run, clock: Date.now });

program.commandsGroup("Facts and blobs:");
const gc = program
  .command("gc")
  .summary("remove blobs that no search reaches any more")
  .description("remove the blobs that no search reaches any more (docs/blobs.md)")
  .requiredOption(
    "--log <uri>",
    "where the facts are; once for every log whose searches write to the store",
    (uri: string, before: readonly string[] = []) => [...before, uri],
  )
  .requiredOption("--store <uri>", "where the blobs are: dir:PATH, nats://HOST:PORT or s3://BUCKET/PREFIX")
  .addOption(
    new Option("--grace <time>", "what was put within this time is kept, for its fact may be on its way")
      .argParser(grace)
      .default(3_600_000, "1h"),
  )
  .option("--keep-all", "keep every checkpoint of searches that have ended, not only the last", false)
  .option("--dry-run", "say what would be removed, and remove nothing", false)
  .option("--json", "one JSON object", false)
  .addOption(verbose);
withNatsFlags(gc).action(({ grace: graceMs, ...flags }) =>
  run((here) => gcCommand({ ...flags, graceMs }, Date.now, here), flags.verbose),
);

const facts = withMeshFlags(
  program
    .command("facts")
    .summary("the facts of a search as a facts.jsonl")
    .description("print the facts of a search as a facts.jsonl, for `bnas replay` and `bnas restore`")
    .argument("<search-id>", "name of the search")
    .option("--log <uri>", "read them from a log, file:PATH or nats://HOST:PORT, and not from a running mesh")
    .option("--store <uri>", "beside --log: where the blobs are, for a search that was archived")
    .option("--out <file>", "write them there instead")
    .addOption(verbose),
);
withNatsFlags(facts).action((searchId, flags) =>
  run(
    (here) => (flags.log === undefined ? meshFactsCommand(searchId, flags, here) : factsCommand(searchId, flags, here)),
    flags.verbose,
  ),
);

const restore = program
  .command("restore")
  .summary("give a log the facts back that it has lost")
  .description("append the facts of a facts.jsonl to a log that has lost them")
  .argument("<facts>", "facts.jsonl of a search")
  .requiredOption("--log <uri>", "the log: file:PATH or nats://HOST:PORT")
  .option("--json", "one JSON object a line", false)
  .addOption(verbose);
withNatsFlags(restore).action((path, flags) => run((here) => restoreCommand(path, flags, here), flags.verbose));

program.commandsGroup("Help:").helpCommand(true);

try {
  await program.parseAsync();
} catch (error) {
  // commander has printed what was wrong with the words; help and version end well.
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.badInput;
}
