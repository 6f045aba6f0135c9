/* The subset of Markdown that people write in: **bold**, *italic* or _italic_, `code`, ``` blocks of code, > quotes, - lists, 1. lists, addresses of the web,
 * [text](address), ||spoilers|| and @names. A text becomes typed nodes, never HTML, so nothing that somebody writes is ever markup of the page. */

import { linksIn } from './links';

export type Inline =
  | { type: 'text' | 'code' | 'mention'; text: string }
  | { type: 'link'; url: string; text: string | null }
  | { type: 'bold' | 'italic' | 'spoiler'; children: Inline[] };

export type Block =
  | { type: 'paragraph'; children: Inline[] }
  | { type: 'quote'; blocks: Block[] }
  | { type: 'list'; start: number | null; items: Inline[][] }
  | { type: 'code'; text: string };

/** How deep marks stand within marks: what is deeper is text as it was typed. */
const DEEPEST = 6;

const ADDRESS = /https?:\/\/[^\s<>"]+/iy;
const NAMED = /\[([^[\]\n]{1,200})\]\((https?:\/\/[^\s()<>"]+)\)/iy;
const NAME = /@[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?/y;
const PLAIN = /[^\\`*_|[@h\n]+|\n/y;
const WORD = /[\p{L}\p{N}_]/u;

const PAIRS = [
  ['**', 'bold'],
  ['||', 'spoiler'],
  ['*', 'italic'],
  ['_', 'italic'],
] as const;

const matchAt = (pattern: RegExp, text: string, at: number) => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

const isWord = (sign: string | undefined) => sign !== undefined && WORD.test(sign);

/** The web address at this place, without what ends a sentence or a mark. */
function addressAt(text: string, at: number): string | null {
  const found = matchAt(ADDRESS, text, at)?.[0].replace(/[*_|`]+$/, '');
  const [first] = found ? linksIn(found) : [];
  return typeof first === 'object' ? first.url : null;
}

/** Where the mark that opens at `at` closes, or -1. */
function closeOf(text: string, mark: string, at: number): number {
  const from = at + mark.length;
  if (!text[from] || /\s/.test(text[from])) return -1;
  if (mark === '_' && isWord(text[at - 1])) return -1;
  for (let end = text.indexOf(mark, from + 1); end !== -1; end = text.indexOf(mark, end + 1)) {
    const isLonger = mark === '*' && (text[end + 1] === '*' || text[end - 1] === '*');
    if (!isLonger && !/\s/.test(text[end - 1] ?? ' ') && !(mark === '_' && isWord(text[end + 1]))) return end;
    if (isLonger) end += 1;
  }
  return -1;
}

interface Found {
  node: Inline;
  end: number;
}

function pairAt(text: string, at: number, depth: number, none: Set<string>): Found | null {
  for (const [mark, type] of PAIRS) {
    if (!text.startsWith(mark, at) || none.has(mark)) continue;
    const end = closeOf(text, mark, at);
    if (end !== -1) return { node: { type, children: inlineOf(text.slice(at + mark.length, end), depth + 1) }, end: end + mark.length };
    if (text.indexOf(mark, at + mark.length) === -1) none.add(mark); /* not looked for again */
  }
  return null;
}

function nodeAt(text: string, at: number, depth: number, none: Set<string>): Found | null {
  const sign = text[at];
  if (sign === '`') {
    const end = text.indexOf('`', at + 1);
    return end > at + 1 ? { node: { type: 'code', text: text.slice(at + 1, end) }, end: end + 1 } : null;
  }
  if (sign === '[') {
    const named = matchAt(NAMED, text, at);
    const url = named?.[2] && addressAt(named[2], 0);
    return named?.[1] && url && url === named[2] ? { node: { type: 'link', url, text: named[1] }, end: at + named[0].length } : null;
  }
  if (sign === '@') {
    const name = isWord(text[at - 1]) ? undefined : matchAt(NAME, text, at)?.[0];
    return name ? { node: { type: 'mention', text: name }, end: at + name.length } : null;
  }
  if (sign === 'h' || sign === 'H') {
    const url = addressAt(text, at);
    return url ? { node: { type: 'link', url, text: null }, end: at + url.length } : null;
  }
  return depth < DEEPEST ? pairAt(text, at, depth, none) : null;
}

/** The marks within a line or a paragraph. */
export function inlineOf(text: string, depth = 0): Inline[] {
  const nodes: Inline[] = [];
  const none = new Set<string>();
  let plain = '';
  const flush = () => {
    if (plain) nodes.push({ type: 'text', text: plain });
    plain = '';
  };
  for (let at = 0; at < text.length; ) {
    if (text[at] === '\\' && /[\\`*_|[\]@>-]/.test(text[at + 1] ?? '')) {
      plain += text[at + 1];
      at += 2;
      continue;
    }
    const found = nodeAt(text, at, depth, none);
    if (found) {
      flush();
      nodes.push(found.node);
      at = found.end;
      continue;
    }
    const piece = matchAt(PLAIN, text, at)?.[0] ?? text.charAt(at);
    plain += piece;
    at += piece.length;
  }
  flush();
  return nodes;
}

const FENCE = /^```/;
const QUOTE = /^> ?/;
const BULLET = /^[-*] +(?=\S)/;
const NUMBER = /^(\d{1,4})[.)] +(?=\S)/;

const kindOf = (line: string) => (FENCE.test(line) ? 'code' : QUOTE.test(line) ? 'quote' : BULLET.test(line) ? 'bullet' : NUMBER.test(line) ? 'number' : 'text');

function codeOf(lines: string[]): { text: string; used: number } {
  const first = (lines[0] ?? '').slice(3);
  const one = first.indexOf('```');
  if (one > 0) return { text: first.slice(0, one), used: 1 };
  const end = lines.findIndex((line, i) => i > 0 && line.trimEnd().endsWith('```'));
  const last = end === -1 ? lines.length - 1 : end;
  const language = /^\w*$/.test(first.trim());
  const body = lines.slice(1, last + 1);
  if (end !== -1) body[body.length - 1] = (body.at(-1) ?? '').trimEnd().slice(0, -3);
  const whole = [...(language ? [] : [first]), ...body];
  if (whole.at(-1) === '') whole.pop();
  return { text: whole.join('\n'), used: last + 1 };
}

/** A text in blocks, in its order. */
export function blocksOf(text: string, depth = 0): Block[] {
  const lines = text.split(/\r?\n/);
  const blocks: Block[] = [];
  for (let i = 0; i < lines.length; ) {
    const kind = kindOf(lines[i] ?? '');
    if (kind === 'code') {
      const { text: code, used } = codeOf(lines.slice(i));
      blocks.push({ type: 'code', text: code });
      i += used;
      continue;
    }
    let end = i + 1;
    while (end < lines.length && kindOf(lines[end] ?? '') === kind) end += 1;
    const part = lines.slice(i, end);
    i = end;
    if (kind === 'quote' && depth < DEEPEST) blocks.push({ type: 'quote', blocks: blocksOf(part.map((line) => line.replace(QUOTE, '')).join('\n'), depth + 1) });
    else if (kind === 'bullet') blocks.push({ type: 'list', start: null, items: part.map((line) => inlineOf(line.replace(BULLET, ''))) });
    else if (kind === 'number') blocks.push({ type: 'list', start: Number(NUMBER.exec(part[0] ?? '')?.[1] ?? 1), items: part.map((line) => inlineOf(line.replace(NUMBER, ''))) });
    else {
      const whole = part.join('\n').replace(/^\n+|\s+$/g, '');
      if (whole) blocks.push({ type: 'paragraph', children: inlineOf(whole) });
    }
  }
  return blocks;
}
