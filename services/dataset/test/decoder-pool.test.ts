import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { decodeImage } from "../src/read/decode-image.js";
import { DecoderPool } from "../src/read/decoder-pool.js";
import { folderOf, plain, refusal } from "./builders.js";

const size = { width: 8, height: 8 };
const image = async (file: string) => ({
  uri: "folder:x",
  file,
  bytes: await plain(20, 20, { r: 9, g: 99, b: 199 }).png().toBuffer(),
});

/** A pool whose children run this program: it gets a task's file as `file`, and answers with `answer()`. */
async function poolOf(body: string, limits: ConstructorParameters<typeof DecoderPool>[0]) {
  const folder = await folderOf({});
  const program = join(folder, "child.mjs");
  const answer = "const answer = () => process.send({ pixels: new Uint8Array([7]) });";
  await writeFile(program, `${answer}\nlet held = [];\nprocess.on("message", ({ image: { file } }) => { ${body} });`);
  const pool = new DecoderPool({ children: 1, ...limits }, program);
  onTestFinished(() => pool.close());
  return pool;
}

describe("the processes that decode", () => {
  it("give what decoding here gives, and refuse by the same words", async () => {
    const pool = new DecoderPool({ children: 1 });
    onTestFinished(() => pool.close());
    const one = await image("a.png");
    expect(Buffer.from(await pool.decode(one, size))).toEqual(await decodeImage(one, size));
    const cut = { ...one, bytes: one.bytes.subarray(0, 60) };
    const here = await refusal(() => decodeImage(cut, size));
    expect(await refusal(() => pool.decode(cut, size))).toMatchObject({ message: here.message, hint: here.hint });
  });

  it.each([
    ["spins", "for (;;) {}", { seconds: 3 }, "takes more than 3 s"],
    ["sleeps", "", { seconds: 3 }, "takes more than 3 s"],
    [
      "takes memory",
      "setInterval(() => held.push(Buffer.alloc(2 ** 24, 1)), 5)",
      { residentBytes: 2 ** 28 },
      "takes more than 256 MiB of memory",
    ],
    ["ends each time", "process.exit(3)", {}, "the decoder ended (3)"],
  ])(
    "are replaced when one %s: its picture is refused by name, and the next is decoded",
    async (_, body, limits, found) => {
      const pool = await poolOf(`if (file === "bad.png") { ${body} } else answer();`, limits);
      const bad = refusal(async () => pool.decode(await image("bad.png"), size));
      expect(await bad).toMatchObject({ field: "dataset", hint: expect.stringContaining(found) });
      expect((await bad).hint).toContain("bad.png");
      expect([...(await pool.decode(await image("good.png"), size))]).toEqual([7]);
    },
  );

  it("keep others from waiting: a picture that hangs one does not hang the rest", async () => {
    const pool = await poolOf('if (file !== "bad.png") answer();', { children: 2, seconds: 5 });
    const bad = pool.decode(await image("bad.png"), size).catch(() => "refused");
    const good = Array.from({ length: 5 }, async () => pool.decode(await image("good.png"), size));
    expect(await Promise.race([bad, Promise.all(good)])).not.toBe("refused");
  });

  it("get a picture again once when one ended by itself, as when the system needs memory", async () => {
    const folder = await folderOf({});
    const once = JSON.stringify(join(folder, "once"));
    const fs = 'process.getBuiltinModule?.("fs") ?? (await import("node:fs"))';
    const body = `(async () => { const fs = ${fs}; if (fs.existsSync(${once})) answer(); else { fs.writeFileSync(${once}, ""); process.kill(process.pid, "SIGKILL"); } })()`;
    const pool = await poolOf(body, {});
    expect([...(await pool.decode(await image("a.png"), size))]).toEqual([7]);
  });
});
