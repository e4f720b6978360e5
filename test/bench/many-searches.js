// What many searches cost a pruner: memory a search, facts a second, and its start from a log that holds them all.
//   node --import tsx test/bench/many-searches.js            500 searches, within two minutes
//   node --import tsx test/bench/many-searches.js --full     10,000 searches, 1,000,000 facts: some minutes, 3 GB of disk
//   --file, --nats                                           on a file alone, on NATS alone
// Of all but 10 searches the facts are whole; those 10 have gone half way. On a file, and on a real nats-server (in PATH, or
// BNAS_NATS_SERVER). docs/measured.md has what came out.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { MemoryLog } from "@bnas/log";
import { openLog } from "@bnas/mesh";
import { followSearches, Searches } from "@bnas/pruner/searches";
import { record, writerOf } from "@bnas/search";
import { jetstream } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { answerOf, recordedSearch, TIME } from "./inputs/whole-search.js";

const LIVE = 10;
/** The facts of one whole search. */
const whole = recordedSearch("s");
const idOf = (number) => `search-${String(number).padStart(5, "0")}`;

/** The facts of all searches as text, ten searches side by side. */
function* bodies(count) {
  const texts = whole.map((recorded) => [recorded.subject, JSON.stringify(recorded)]);
  for (let first = 0; first < count; first += 10) {
    for (const [place, [subject, text]] of texts.entries()) {
      for (let number = first; number < Math.min(first + 10, count); number++) {
        // The last ten are live.
        if (number >= count - LIVE && place > texts.length / 2) continue;
        const own = subject.replace(".s.", `.${idOf(number)}.`);
        yield [own, text.replace(subject, own)];
      }
    }
  }
}

const writeFile = async (path, count) => {
  const file = createWriteStream(path);
  let lines = [];
  const flush = () => {
    const ready = file.write(lines.join(""));
    lines = [];
    return ready ? undefined : new Promise((resolve) => file.once("drain", resolve));
  };
  let facts = 0;
  for (const [, body] of bodies(count)) {
    const sha256 = createHash("sha256").update(body).digest("hex");
    lines.push(`${body.slice(0, -1)},"sha256":"${sha256}"}\n`);
    facts++;
    if (lines.length === 1000) await flush();
  }
  await flush();
  await new Promise((resolve) => file.end(resolve));
  return facts;
};

const publish = async (address, count) => {
  const log = await openLog(`nats://${address}`);
  await log.close();
  const connection = await connect({ servers: address });
  const js = jetstream(connection);
  let pending = [];
  let facts = 0;
  for (const [subject, body] of bodies(count)) {
    pending.push(js.publish(subject, body, { timeout: 60_000 }));
    facts++;
    if (pending.length === 1000) pending = void (await Promise.all(pending)) ?? [];
  }
  await Promise.all(pending);
  await connection.close();
  return facts;
};

const startNats = async (folder) => {
  const cached = join(homedir(), ".cache/bnas-mesh/nats-server-2.15.1/bin/nats-server");
  const binary = process.env.BNAS_NATS_SERVER ?? (existsSync(cached) ? cached : "nats-server");
  const port = await new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
  const config = join(folder, "nats.conf");
  // Reading is measured, so writing need not be safe.
  writeFileSync(config, `listen: "127.0.0.1:${port}"\njetstream { store_dir: ${JSON.stringify(folder)} }\n`);
  const server = spawn(binary, ["-c", config], { stdio: ["ignore", "ignore", "pipe"] });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.stderr.on("data", (said) => String(said).includes("Server is ready") && resolve());
  });
  return { address: `127.0.0.1:${port}`, stop: () => server.kill("SIGKILL"), pid: server.pid };
};

/** Seconds of CPU that a process has used (Linux; of another system not a number). */
const cpuOf = (pid) => {
  try {
    const [, ...fields] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ");
    const [user, system] = fields.join(") ").split(" ").slice(11, 13);
    return (Number(user) + Number(system)) / 100;
  } catch {
    return Number.NaN;
  }
};
const seconds = (since) => (performance.now() - since) / 1000;

const startIn = async (uri) => {
  const program = fileURLToPath(new URL("start-pruner.js", import.meta.url));
  const child = spawn(process.execPath, ["--expose-gc", program, uri, String(LIVE)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  for await (const part of child.stdout) said += part;
  const { opened, ready, cpu, searches, live, heap, rss, get, page } = JSON.parse(said);
  console.log(
    `${uri.split(":")[0]}: ready in ${ready.toFixed(1)} s (log open in ${opened.toFixed(1)} s, ${cpu.toFixed(1)} s of CPU): ${searches} searches, ${live} live; ` +
      `heap ${heap} MiB, resident ${rss} MiB; an ended one read in ${get.toFixed(1)} ms, a page of 50 in ${page.toFixed(2)} s`,
  );
};

/** Heap of so many searches in a pruner, by how far they have gone. */
const memoryOf = async (facts, count) => {
  const log = new MemoryLog();
  for (let number = 0; number < count; number++) {
    for (const recorded of facts)
      await log.append({ ...recorded, subject: recorded.subject.replace(".s.", `.${idOf(number)}.`) });
  }
  // As from a log elsewhere: nothing is shared with the facts that this one holds.
  const apart =
    (read) =>
    async (...given) =>
      JSON.parse(JSON.stringify(await read(...given)));
  const elsewhere = { last: () => log.last(), read: apart((...given) => log.read(...given)) };
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  const searches = await Searches.open(elsewhere);
  const names = new Set(searches.list().map(([id]) => id));
  globalThis.gc();
  const bytes = process.memoryUsage().heapUsed - before;
  return names.size === count ? bytes / count : Number.NaN;
};

/** Facts a second of CPU through watch, fold, decide and append, with workers that answer at once, on a log in memory. */
const throughput = async (count) => {
  const log = new MemoryLog();
  const searches = await Searches.open(log);
  const stop = new AbortController();
  const clock = () => new Date(TIME);
  const begun = process.cpuUsage();
  let ended = 0;
  let facts = 0;
  const following = followSearches(searches, { writer: "pruner", clock, signal: stop.signal, openJobs: 64 });
  const scoring = followSearches(await Searches.open(log), { writer: "evaluator", clock, signal: stop.signal });
  for (let number = 0; number < count; number++)
    await log.append({ ...whole[0], subject: `bnas.search.${idOf(number)}.opened` });
  for await (const { subject, fact } of log.watch("bnas.search.>", { signal: stop.signal })) {
    facts++;
    const answered = answerOf(fact);
    if (answered !== undefined)
      await log.append(record(subject.split(".")[2], answered, writerOf(answered.kind), TIME));
    if (fact.kind === "search.finished" && ++ended === count) stop.abort();
  }
  const { user, system } = process.cpuUsage(begun);
  const rate = facts / ((user + system) / 1e6);
  await Promise.all([following, scoring]);
  return rate;
};

const main = async () => {
  const count = process.argv.includes("--full") ? 10_000 : 500;
  console.log(`${count} searches of ${whole.length} facts, ${LIVE} of them live; load ${loadavg()[0].toFixed(1)}`);
  const ends = [...whole.slice(0, 1), ...whole.slice(-1)];
  console.log(`in a pruner: ${(await memoryOf(ends, 5_000)).toFixed(0)} bytes an ended search`);
  console.log(
    `in a pruner: ${((await memoryOf(whole.slice(0, -1), 100)) / 1024).toFixed(0)} KiB a live one near its end`,
  );
  console.log(
    `decided: ${(await throughput(30)).toFixed(0)} facts a second of CPU, pruner, evaluator and log in one process`,
  );
  for (const [name, measure] of [
    ["file", onFile],
    ["nats", onNats],
  ]) {
    if (process.argv.includes(name === "file" ? "--nats" : "--file")) continue;
    const folder = mkdtempSync(join(tmpdir(), "bnas-many-"));
    try {
      await measure(folder, count);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
};

const onFile = async (folder, count) => {
  const path = join(folder, "facts.jsonl");
  console.log(`${await writeFile(path, count)} facts in a file`);
  await startIn(`file:${path}`);
};

const onNats = async (folder, count) => {
  const nats = await startNats(folder);
  try {
    const begun = performance.now();
    const facts = await publish(nats.address, count);
    console.log(`${facts} facts on nats-server, published in ${seconds(begun).toFixed(0)} s`);
    const before = cpuOf(nats.pid);
    await startIn(`nats://${nats.address}`);
    console.log(`nats-server: ${(cpuOf(nats.pid) - before).toFixed(1)} s of CPU for that`);
  } finally {
    nats.stop();
  }
};

if (globalThis.gc === undefined) {
  const args = ["--expose-gc", ...process.execArgv, ...process.argv.slice(1)];
  const again = spawn(process.execPath, args, { stdio: "inherit" });
  again.on("exit", (code) => process.exit(code ?? 1));
} else await main();
