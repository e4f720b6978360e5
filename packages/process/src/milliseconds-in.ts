const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const isUnit = (unit: string): unit is keyof typeof unitMs => Object.hasOwn(unitMs, unit);

/** Milliseconds of a time as people write it in a setting: `90s`, `30m`, `12h` or `7d`. Undefined for any other text. */
export const millisecondsIn = (text: string): number | undefined => {
  const [, number = "", unit = ""] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  return isUnit(unit) ? Number(number) * unitMs[unit] : undefined;
};
