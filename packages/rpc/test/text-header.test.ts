import { plainText, setting, spell, type Text, text } from "@bnas/errors";
import { describe, expect, it } from "vitest";
import { textOfHeader, toHeader } from "../src/text-header.js";

const crossed = (said: Text, most = 400) => textOfHeader("hint", toHeader("hint", said, most));

describe("a text in the headers of an answer", () => {
  it("keeps its names for the reader that knows them on the other side, and reads as it is for anyone else", () => {
    const said = text`Give ${setting("tlsCa")}.`;
    expect(crossed(said)).toEqual(said);
    expect(spell(crossed(said) ?? "", ({ name }) => `--${name}`)).toBe("Give --tlsCa.");
    expect(toHeader("hint", said, 400)).toMatchObject({ hint: "Give tlsCa." });
  });

  it("is one header where it has no names", () => {
    expect(toHeader("hint", "Give it.", 400)).toEqual({ hint: "Give it." });
    expect(crossed("Give it.")).toBe("Give it.");
  });

  it("loses its names, and nothing else, where they are too long", () => {
    const said = text`Give ${setting("tlsCa")}.`;
    expect(crossed(said, 20)).toBe("Give tlsCa.");
    expect(plainText(crossed(text`${"x".repeat(500)}${setting("tlsCa")}`) ?? "")).toBe(`${"x".repeat(397)}...`);
  });

  it("is not there where no one sent it, and is not taken from what is no text", () => {
    expect(textOfHeader("hint", {})).toBeUndefined();
    for (const hintParts of [
      "1",
      "null",
      '{"kind":"setting"}',
      "[1]",
      '[{"kind":"x","name":"y"}]',
      '[{"kind":"field"}]',
    ])
      expect(textOfHeader("hint", { hint: "plain", hintParts })).toBe("plain");
  });
});
