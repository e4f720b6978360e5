import { execFileSync } from "node:child_process";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { allFiles, folderOf, plain, refusal, twoClasses } from "./builders.js";

const URI = "folder:x";
const SECRET = "secret-of-the-host";

/** A root with two classes in it, and a folder beside it that holds a secret. */
async function rootAndOutside() {
  const folder = await folderOf({ "root/a/1.png": "x", [`outside/${SECRET}/key.pem`]: "k", "root-2/x": "x" });
  const root = join(folder, "root");
  return { root, outside: join(folder, "outside"), files: await allFiles(root), folder };
}

const bytesOf = async (files: Awaited<ReturnType<typeof allFiles>>, file: string): Promise<string> => {
  await using handle = await files.open(URI, file);
  return handle.readFile("utf8");
};

describe("files of datasets", () => {
  it("are read below a root, also through links that stay below it", async () => {
    const { root, files } = await rootAndOutside();
    await symlink("../a", join(root, "a", "up"));
    await symlink(join(root, "a"), join(root, "b"));
    expect(await bytesOf(files, join(root, "a/1.png"))).toBe("x");
    expect(await bytesOf(files, join(root, "b/up/1.png"))).toBe("x");
    expect(await files.kindAt(URI, root)).toBe("folder");
  });

  it.each([
    ["another path", ({ outside }: Place) => join(outside, SECRET)],
    ["a path that is not there", ({ outside }: Place) => join(outside, "nothing")],
    ["a path with ..", ({ root }: Place) => `${root}/a/../../outside/${SECRET}`],
    ["a folder whose name begins as the root's", ({ root }: Place) => `${root}-2`],
    ["the folder above", ({ folder }: Place) => folder],
    ["a link in the root", ({ root }: Place) => join(root, "away")],
    ["below a link in the root", ({ root }: Place) => join(root, "away", SECRET, "key.pem")],
    ["below a link in the root, not there", ({ root }: Place) => join(root, "away", "nothing", "key.pem")],
  ])("are refused outside of the roots by one text, whether they are there or not: %s", async (_, path) => {
    const place = await rootAndOutside();
    await symlink(place.outside, join(place.root, "away"));
    for (const act of ["kindAt", "entriesIn", "open", "sizeOf"] as const) {
      const error = await refusal(() => place.files[act](URI, path(place)));
      expect(error.allowed).toBe(`a path below an allowed root: ${place.root}`);
      expect(error.hint).toBe(
        `${path(place)} is not below it, or a link in it leads elsewhere. Move the data there, or start the dataset service with --data-root FOLDER (BNAS_DATA_ROOT).`,
      );
    }
  });

  it("are refused when a folder has become a link out of the root since it was listed", async () => {
    const { root, outside, files } = await rootAndOutside();
    await files.entriesIn(URI, join(root, "a"));
    await rm(join(root, "a"), { recursive: true });
    await symlink(join(outside, SECRET), join(root, "a"));
    expect((await refusal(() => files.open(URI, join(root, "a/key.pem")))).allowed).toContain("allowed root");
  });

  it("are named as near ones below the root alone", async () => {
    const { root, files } = await rootAndOutside();
    expect((await refusal(() => files.kindAt(URI, join(root, "aa")))).hint).toContain(
      `Did you mean ${join(root, "a")}?`,
    );
    await rm(root, { recursive: true });
    const { hint } = await refusal(() => files.kindAt(URI, join(root, "aa")));
    expect(hint).not.toContain("outside");
    expect(hint).not.toContain("root-2");
  });

  it("are listed without what a link outside leads to, which is odd whether it is there or not", async () => {
    const { root, outside, files } = await rootAndOutside();
    await symlink(join(outside, SECRET), join(root, "there"));
    await symlink(join(outside, "nothing"), join(root, "not-there"));
    const entries = await files.entriesIn(URI, root);
    const odd = { kind: "odd", is: "a link that leads out of what may be read", lost: true };
    expect(entries).toEqual([
      { name: "a", kind: "folder" },
      { name: "not-there", ...odd },
      { name: "there", ...odd },
    ]);
  });

  it.each([
    ["a pipe (FIFO)", (path: string) => execFileSync("mkfifo", [path])],
    ["a socket", listening],
  ])("are regular ones: %s is refused by the name of its kind, at once", async (kind, make) => {
    const { root, files } = await rootAndOutside();
    const path = join(root, "odd.png");
    await make(path);
    const link = join(root, "a-link.png");
    await symlink(path, link);
    for (const all of [files, await allFiles()]) {
      expect((await refusal(() => all.kindAt(URI, path))).hint).toContain(kind);
      const { hint } = await refusal(() => all.open(URI, path));
      expect(hint).toMatch(/is neither: it is a pipe \(FIFO\)|is a socket or a pipe/);
      const odd = await all.entriesIn(URI, root);
      expect(odd.find(({ name }) => name === "odd.png")).toMatchObject({ kind: "odd", is: kind });
      expect(odd.find(({ name }) => name === "a-link.png")).toMatchObject({ kind: "odd", is: `a link to ${kind}` });
    }
  });

  it.each(["/dev/zero", "/dev/tty"])("are regular ones: %s is refused as a device", async (path) => {
    expect((await refusal(async () => (await allFiles()).kindAt(URI, path))).hint).toContain("a device");
  });

  it.each(["/proc/self/environ", "/proc/self", "/sys/kernel"])("are of a disk: %s is refused", async (path) => {
    const files = await allFiles();
    for (const act of ["kindAt", "open"] as const) {
      expect((await refusal(() => files[act](URI, path))).hint).toMatch(/is in \/(proc|sys)|is a folder/);
    }
  });

  it("hang no dataset: of others, four pipes and more in a class keep nothing from being read", async () => {
    const files = await folderOf({
      ...(await twoClasses(3)),
      "c/0.png": await plain(8, 8, { r: 1, g: 1, b: 1 }).png().toBuffer(),
    });
    for (let i = 0; i < 8; i++) execFileSync("mkfifo", [join(files, `a/x${i}.jpg`)]);
    const all = await allFiles();
    const opening = Array.from({ length: 8 }, (_, i) => refusal(() => all.open(URI, join(files, `a/x${i}.jpg`))));
    expect((await bytesOf(all, join(files, "b/000.png"))).length).toBeGreaterThan(0);
    for (const { hint } of await Promise.all(opening)) expect(hint).toContain("a pipe (FIFO)");
  });

  it("are shown without what a terminal obeys", async () => {
    const { root, files } = await rootAndOutside();
    const { message } = await refusal(() => files.kindAt(URI, join(root, "\u001b[31mred\u0007\u202e")));
    expect(message).toContain("\\u001b[31mred\\u0007\\u202e");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what must not be there.
    expect(message).not.toMatch(/[\u001b\u0007\u202e]/);
  });

  it("are read below a root that is itself reached through a link", async () => {
    const { root, folder } = await rootAndOutside();
    await symlink(root, join(folder, "named"));
    const files = await allFiles(join(folder, "named"));
    expect(await bytesOf(files, join(folder, "named/a/1.png"))).toBe("x");
    expect(await bytesOf(files, join(root, "a/1.png"))).toBe("x");
  });

  it("may be moved and written while the service runs", async () => {
    const { root, files } = await rootAndOutside();
    await mkdir(join(root, "new"));
    await writeFile(join(root, "new/1.png"), "y");
    await rename(join(root, "new"), join(root, "newer"));
    expect(await bytesOf(files, join(root, "newer/1.png"))).toBe("y");
  });
});

type Place = Awaited<ReturnType<typeof rootAndOutside>>;

function listening(path: string): Promise<void> {
  const server = createServer();
  onTestFinished(() => void server.close());
  return new Promise((resolve) => server.listen(path, resolve));
}
