/* Addresses of the web in a text that somebody wrote. */

export interface Link {
  url: string;
}

/* without characters that are not seen or that turn the direction of what follows: a link shows where it goes */
const ADDRESS = /https?:\/\/[^\s<>"“”«»\u0000-\u001f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]+/gi;
const ENDS = /[.,;:!?'’…]$/;

/** Without what ends a sentence, and without a bracket that was opened before the address. */
function trimmed(found: string): string {
  let url = found;
  for (;;) {
    const opened = url.endsWith(')') ? url.split('(').length : url.endsWith(']') ? url.split('[').length : 0;
    const closed = url.endsWith(')') ? url.split(')').length : url.endsWith(']') ? url.split(']').length : 0;
    if (!ENDS.test(url) && opened >= closed) return url;
    url = url.slice(0, -1);
  }
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
