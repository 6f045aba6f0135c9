/* Addresses of the web in a text that somebody wrote. */

export interface Link {
  url: string;
}

/* without characters that are not seen or that turn the direction of what follows: a link shows where it goes */
const ADDRESS = /https?:\/\/[^\s<>"“”«»\p{C}]+/giu;
const ENDS = '.,;:!?\'’…';

/** Without what ends a sentence, and without a bracket that was opened before the address. */
function trimmed(found: string): string {
  const count = (sign: string) => found.split(sign).length;
  const extra: Record<string, number> = { ')': count(')') - count('('), ']': count(']') - count('[') };
  let end = found.length;
  for (; end > 0; end -= 1) {
    const last = found.charAt(end - 1);
    const left = extra[last] ?? 0;
    if (left > 0) extra[last] = left - 1;
    else if (!ENDS.includes(last)) break;
  }
  return found.slice(0, end);
}

function isWeb(address: string): boolean {
  try {
    const { protocol, username, password } = new URL(address);
    return /^https?:$/.test(protocol) && !username && !password;
  } catch {
    return false;
  }
}

/** The text in pieces, in its order. */
export function linksIn(text: string): (string | Link)[] {
  const pieces: (string | Link)[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const url = trimmed(match[0]);
    if (!isWeb(url)) continue;
    if (match.index > from) pieces.push(text.slice(from, match.index));
    pieces.push({ url });
    from = match.index + url.length;
  }
  if (from < text.length) pieces.push(text.slice(from));
  return pieces;
}
