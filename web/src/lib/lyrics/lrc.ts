/* Lyrics as the editor has them: lines, each with the moment at which it begins once that is known. The server reads LRC; this only writes it. */

export interface TimedLine {
  text: string;
  at_ms: number | null;
}

/** 83450 → "01:23.45". */
export function stamp(ms: number): string {
  const hundredths = Math.round(ms / 10);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(Math.floor(hundredths / 6000))}:${two(Math.floor(hundredths / 100) % 60)}.${two(hundredths % 100)}`;
}

/** LRC where a line has a time, else plain text. */
export const contentOf = (lines: readonly TimedLine[]): string =>
  lines.map(({ text, at_ms }) => (at_ms === null ? text : `[${stamp(at_ms)}]${text}`)).join('\n');

/** The last line that has begun at `ms`, or -1. Lines are in the order of their times. */
export function lineAt(lines: readonly { at_ms: number | null }[], ms: number): number {
  let found = -1;
  for (const [i, { at_ms }] of lines.entries()) {
    if (at_ms === null || at_ms > ms) break;
    found = i;
  }
  return found;
}
