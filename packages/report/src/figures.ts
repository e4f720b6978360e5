// Numbers as people read them. One locale, so that the same search gives the same bytes everywhere.

/** A share in [0, 1] as `38.25 %`. */
export const precisePercent = (share: number): string => `${(share * 100).toFixed(2)} %`;

/** `0.07 s`, `12.3 s`, `4 min 05 s`, `2 h 07 min`. */
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
