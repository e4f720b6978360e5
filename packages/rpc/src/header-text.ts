/**
 * As much of a text as an HTTP/2 header may contain, in bytes of UTF-8. Errors repeat what a caller sent: whole, it would exceed
 * the headers (clients in C and Python take 8 KiB of them), and half a character would end the call without an answer.
 */
export const headerText = (text: string, mostBytes: number): string => {
  // Half a surrogate pair becomes U+FFFD here.
  const bytes = Buffer.from(text);
  if (bytes.length <= mostBytes) return bytes.toString();
  const isInside = (i: number) => ((bytes[i] ?? 0) & 0b1100_0000) === 0b1000_0000;
  let end = mostBytes - 3;
  while (isInside(end)) end--;
  return `${bytes.subarray(0, end).toString()}...`;
};
