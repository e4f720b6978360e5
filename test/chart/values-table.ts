import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from "yaml";

/** A schema of JSON Schema, as far as the table reads it. */
export type Schema = {
  readonly [key: string]: unknown;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly properties?: Readonly<Record<string, Schema>>;
};

/** One value of the chart: its path with dots, its default as YAML (empty: the value is a group of others), what it is. */
export type Row = { readonly path: string; readonly standard: string; readonly meaning: string };

/** Every value of values.yaml, in its order. The meaning is the comment above it, else the description in the schema. */
export const rowsOf = (values: string, schema: Schema): readonly Row[] => {
  const lines = values.split("\n");

  const commentAbove = (line: number): string => {
    const found: string[] = [];
    for (let i = line - 1; /^\s*# (?!-{3})/.test(lines[i] ?? ""); i--) found.unshift((lines[i] ?? "").trim().slice(2));
    // An example in a comment is indented, and has no place in a table.
    return found.filter((text) => !text.startsWith(" ")).join(" ");
  };

  const rowsIn = (map: YAMLMap, prefix: string, about: Schema): readonly Row[] =>
    map.items.flatMap(({ key, value }: Pair) => {
      if (!isScalar(key) || key.range == null) throw new Error(`${prefix}: a key of values.yaml is a plain word`);
      const path = `${prefix}${String(key.value)}`;
      const own = resolve(about.properties?.[String(key.value)] ?? {});
      const meaning =
        commentAbove(values.slice(0, key.range[0]).split("\n").length - 1) || String(own.description ?? "");
      // A map on one line, and one whose keys are the user's, is one value.
      const isGroup = isMap(value) && value.flow !== true && own.properties !== undefined;
      const standard = isGroup ? "" : oneLine(value);
      return [{ path, standard, meaning }, ...(isGroup ? rowsIn(value, `${path}.`, own) : [])];
    });

  const resolve = (node: Schema): Schema => {
    const name = String(node.$ref ?? "").replace("#/$defs/", "");
    return { ...schema.$defs?.[name], ...node };
  };

  const { contents } = parseDocument(values);
  if (!isMap(contents)) throw new Error("values.yaml is a map");
  return rowsIn(contents, "", schema);
};

// Every node of a YAML document has toJSON.
const oneLine = (value: unknown): string => JSON.stringify((value as { toJSON(): unknown }).toJSON());

/** Longer ones are read in values.yaml. */
const longestStandard = 80;

/** The rows as Markdown: a table for the values that are in no group, and one for each group. Padded, as the formatter wants it. */
export const tablesOf = (rows: readonly Row[]): string => {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const [top = ""] = row.path.split(".");
    const group = row.path === top && row.standard !== "" ? "" : top;
    groups.set(group, [...(groups.get(group) ?? []), row]);
  }
  return [...groups]
    .map(([group, members]) => (group === "" ? tableOf(members) : sectionOf(group, members)))
    .join("\n\n");
};

const sectionOf = (group: string, members: readonly Row[]): string => {
  const about = members.find(({ path }) => path === group)?.meaning ?? "";
  return [`### ${group}`, about, tableOf(members.filter(({ path }) => path !== group))].join("\n\n");
};

const tableOf = (rows: readonly Row[]): string => {
  const cells = rows.map(({ path, standard, meaning }) => [
    `\`${path}\``,
    shown(standard),
    meaning.replaceAll("|", "\\|"),
  ]);
  const all = [["value", "default", "what it is"], ...cells];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((line) => line[column]?.length ?? 0)));
  const [head = "", ...body] = all.map(
    (line) => `| ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`,
  );
  return [head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body].join("\n");
};

const shown = (standard: string): string => {
  if (standard === "") return "";
  return standard.length > longestStandard ? "see `values.yaml`" : `\`${standard.replaceAll("|", "\\|")}\``;
};

const begin = "<!-- values: made by npm run chart:values -->\n";
const end = "\n<!-- end of values -->";

/** The README of the chart with these tables between its marks. Throws where it has no marks. */
export const withTables = (readme: string, tables: string): string => {
  const [before, rest] = readme.split(begin);
  const [, after] = rest?.split(end) ?? [];
  if (before === undefined || after === undefined)
    throw new Error(`The README has no ${begin.trim()} ... ${end.trim()}`);
  return `${before}${begin}\n${tables}\n${end}${after}`;
};
