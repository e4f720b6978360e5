/** A float as C reads it: nine digits are enough for the same bits. */
export const cFloat = (value: number): string => {
  const text = Math.fround(value).toPrecision(9);
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
};

/** A text as C reads it, in UTF-8. */
export const cText = (text: string): string =>
  `"${[...Buffer.from(text, "utf8")].map((byte) => (isPlain(byte) ? String.fromCharCode(byte) : octal(byte))).join("")}"`;

/** Letters that mean themselves within quotes, even behind an octal number or in a trigraph. */
const isPlain = (byte: number): boolean => byte >= 0x20 && byte < 0x7f && !'"\\?'.includes(String.fromCharCode(byte));

const octal = (byte: number): string => `\\${byte.toString(8).padStart(3, "0")}`;

/** +1 and -1 as bits, the first in the lowest bit of a byte. */
export const packBits = (signs: Int8Array): Uint8Array => {
  const packed = new Uint8Array(Math.ceil(signs.length / 8));
  for (const [index, sign] of signs.entries()) {
    if (sign > 0) packed[index >> 3] = (packed[index >> 3] ?? 0) | (1 << (index & 7));
  }
  return packed;
};

/** A constant array. */
export const cArray = (type: string, name: string, values: readonly string[]): string => {
  const lines: string[] = [];
  for (let from = 0; from < values.length; from += 16) lines.push(`  ${values.slice(from, from + 16).join(", ")},`);
  return `static const ${type} ${name}[${values.length}] = {\n${lines.join("\n")}\n};\n`;
};
