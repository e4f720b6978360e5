const BARS = "▁▂▃▄▅▆▇█";

/** Numbers as a line of so many bars, each as high as the least of its part: the lowest bar is 0. */
export const curve = (numbers: readonly number[], width = 40): string => {
  const most = Math.max(...numbers, 1);
  const part = Math.max(1, numbers.length / width);
  const parts = Array.from({ length: Math.min(width, numbers.length) }, (_, i) =>
    Math.min(...numbers.slice(Math.floor(i * part), Math.max(Math.floor((i + 1) * part), Math.floor(i * part) + 1))),
  );
  return parts.map((number) => BARS[Math.round((number / most) * (BARS.length - 1))]).join("");
};
