// Numbers as people read them. One locale, so that the same search gives the same bytes everywhere.

/** A share in [0, 1] in a sentence: `61.2 %`. */
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** A share in [0, 1] in a table, where two may differ by little: `38.25 %`. */
export const precisePercent = (share: number): string => `${(share * 100).toFixed(2)} %`;

/** Seconds in a sentence: `0.8 s`, `42 s`, `3 min 10 s`, `5 h 2 min`, `12 d 3 h`. */
export const duration = (seconds: number): string => {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const hours = Math.round(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
};

/** Seconds in a table, digits below digits: `0.07 s`, `12.3 s`, `4 min 05 s`, `2 h 07 min`. */
export const preciseDuration = (seconds: number): string => {
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  if (minutes < 60) return `${minutes} min ${String(rest).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
};

/** `25,000`. */
export const count = (number: number): string => String(Math.round(number)).replace(/\B(?=(\d{3})+$)/g, ",");

/** `1,234` or `56.7`: a rate, to three figures or to the unit. */
export const rate = (number: number): string => (number >= 100 ? count(number) : number.toPrecision(3));

/** `1 sample`, `3 samples`. */
export const several = (number: number, noun: string): string => `${count(number)} ${noun}${number === 1 ? "" : "s"}`;

/** `612 MB`: millions of bytes. */
export const megabytes = (bytes: number): string => `${count(bytes / 1e6)} MB`;

export const mean = (numbers: readonly number[]): number =>
  numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/** A word at the beginning of a sentence or a head. */
export const capital = (word: string): string => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
