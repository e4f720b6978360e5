import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { API, type Project, type Symbol as TsSymbol } from "typescript/unstable/sync";
import { signatureOf } from "./signature.js";

// The one place that asks the compiler what the source says. TypeScript 7 has no other interface than this one, which may
// change with any version: the version is pinned, and what else docs are made of sees only the types below.

export type Tag = { readonly name: string; readonly text: string };

/** An exported declaration with its docstring. */
export type Declaration = {
  readonly name: string;
  /** Where it stands, from the root of the repository. */
  readonly file: string;
  /** The declaration as a caller sees it: without bodies, without the docstring. */
  readonly signature: string;
  readonly summary: string;
  readonly tags: readonly Tag[];
};

/** A way into a package: `.` or a subpath of its `exports`. */
export type Door = { readonly name: string; readonly declarations: readonly Declaration[] };

export const root = new URL("../../", import.meta.url).pathname;

/** Folders of all packages that have a `src`, from the root. */
export const packageFolders = (): readonly string[] =>
  ["packages", "services"]
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
    .concat("cli")
    .filter((folder) => existsSync(join(root, folder, "src")))
    .sort();

const CONFIG = join(root, "docs/tools/tsconfig.json");

/** What the packages export, read from their source: nothing has to be built. */
export class Source {
  readonly #api = new API({ cwd: root });
  readonly #project: Project;

  constructor() {
    const project = this.#api.updateSnapshot({ openProjects: [CONFIG] }).getProject(CONFIG);
    if (project === undefined) throw new Error(`the compiler cannot open ${CONFIG}`);
    this.#project = project;
  }

  /** The doors of a package, in the order of its `exports`. */
  doors(folder: string): readonly Door[] {
    const { exports = {} } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    return Object.entries<unknown>(exports).flatMap(([name, door]) => {
      const file = sourceOf(door);
      return file === undefined ? [] : [{ name, declarations: this.declarations(folder, file) }];
    });
  }

  /** What every file of a package exports: also what no door shows. */
  everything(folder: string): readonly Declaration[] {
    const files = readdirSync(join(root, folder, "src"), { recursive: true, encoding: "utf8" });
    return files
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
      .sort()
      .flatMap((file) =>
        this.declarations(folder, `src/${file}`).filter((one) => one.file === `${folder}/src/${file}`),
      );
  }

  /** What one file of a package exports, in alphabetical order. */
  declarations(folder: string, file: string): readonly Declaration[] {
    const { program, checker } = this.#project;
    const module = program.getSourceFile(join(root, folder, file));
    if (module === undefined) throw new Error(`${folder}/${file} is not part of ${CONFIG}`);
    const symbol = checker.getSymbolAtLocation(module);
    const exported = symbol === undefined ? [] : checker.getExportsOfModule(symbol); // A file without exports has none.
    return exported
      .map((one) => declarationOf(this.#project, one))
      .filter((one) => one !== undefined)
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  [Symbol.dispose](): void {
    this.#api.close();
  }
}

/** The source file that a door of `exports` leads to. */
const sourceOf = (door: unknown): string | undefined => {
  const path = typeof door === "object" && door !== null ? Reflect.get(door, "@bnas/source") : undefined;
  return typeof path === "string" ? path.replace(/^\.\//, "") : undefined;
};

const ALIAS = 1 << 21; // SymbolFlags.Alias

const declarationOf = (project: Project, exported: TsSymbol): Declaration | undefined => {
  const { checker } = project;
  const symbol = (exported.flags & ALIAS) === 0 ? exported : checker.getAliasedSymbol(exported);
  const node = symbol.declarations[0]?.resolve(project);
  const path = symbol.declarations[0]?.path;
  if (node === undefined || path === undefined || !path.startsWith(root)) return undefined;
  const typeText = () => checker.typeToString(checker.getTypeOfSymbol(symbol) ?? checker.getAnyType());
  return {
    name: exported.name,
    file: path.slice(root.length),
    signature: signatureOf(node, typeText),
    summary: checker.getDocumentationCommentOfSymbol(symbol).trim(),
    tags: checker.getJsDocTagsOfSymbol(symbol).map(({ name, text }) => ({ name, text: text ?? "" })),
  };
};
