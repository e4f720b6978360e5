import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  fault,
  invalidInput,
  isText,
  method,
  type Name,
  plainText,
  requestField,
  setting,
  spell,
  spelled,
  text,
} from "../src/index.js";
import { anyError, anyText } from "./builders.js";

const asFlags = ({ kind, name }: Name) => (kind === "setting" ? `--${name}` : undefined);

describe("a text with names", () => {
  it("reads as it is, and as someone spells its names", () => {
    const said = text`Give ${setting("tlsCa")}, or see ${method("ListSearches")}.`;
    expect(plainText(said)).toBe("Give tlsCa, or see ListSearches.");
    expect(plainText(spell(said, asFlags))).toBe("Give --tlsCa, or see ListSearches.");
  });

  it("keeps the names that one edge does not know for the next", () => {
    const said = spell(text`${setting("tlsCa")} of ${requestField("id")}`, asFlags);
    expect(plainText(spell(said, ({ name }) => name.toUpperCase()))).toBe("--tlsCa of ID");
  });

  it("spells no word of the text around its names", () => {
    expect(plainText(spell(text`tlsCa is ${setting("tlsCa")}`, asFlags))).toBe("tlsCa is --tlsCa");
  });

  it("can be part of another", () => {
    const inner = text`give ${setting("tlsCa")}`;
    expect(text`Or ${inner}.`).toEqual(text`Or give ${setting("tlsCa")}.`);
  });

  it("is known from what is no text", () => {
    for (const said of ["", "x", [], ["x"], text`a${setting("b")}`, text`${method("b")}c`, [requestField("b")]])
      expect(isText(said)).toBe(true);
    for (const other of [1, null, undefined, {}, setting("b"), [1], [null], [{ kind: "setting" }], [{ name: "b" }]])
      expect(isText(other)).toBe(false);
    expect(isText([{ kind: "flag", name: "b" }])).toBe(false);
    expect(isText([{ kind: "setting", name: 1 }])).toBe(false);
    expect(isText(["x", { kind: "setting", name: 1 }])).toBe(false);
  });

  it("is a string where it has no name, and changes nothing around one", () => {
    expect(text`a${"b"}c`).toBe("abc");
    expect(text``).toBe("");
    fc.assert(
      fc.property(fc.string(), anyText, fc.string(), (before, said, after) => {
        expect(plainText(text`${before}${said}${after}`)).toBe(before + plainText(said) + after);
      }),
    );
  });
});

describe("an error with names in its texts", () => {
  it("has them spelled in its message, in what is allowed and in its hint", () => {
    const name = setting("tlsCa");
    expect(spelled(fault("UNAVAILABLE", text`no ${name}`, text`give ${name}`), asFlags)).toMatchObject({
      code: "UNAVAILABLE",
      message: "no --tlsCa",
      hint: "give --tlsCa",
    });
    expect(spelled(invalidInput("a", 1, text`a ${name}`, text`Give ${name}.`), asFlags)).toMatchObject({
      message: "a: 1 is not allowed; it takes a --tlsCa. Give --tlsCa.",
      allowed: "a --tlsCa",
    });
  });

  it("reads the same where no one spells them", () => {
    fc.assert(
      fc.property(anyError, (error) => {
        const same = spelled(error, () => undefined);
        expect(same).toMatchObject({ message: error.message, hint: error.hint, allowed: error.allowed });
      }),
    );
  });

  it("is left alone where it comes from elsewhere", () => {
    const error = new TypeError("x");
    expect(spelled(error, asFlags)).toBe(error);
  });
});
