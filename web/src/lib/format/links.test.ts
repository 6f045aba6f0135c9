import { expect, it } from 'vitest';
import { linksIn } from './links';

const links = (text: string) => linksIn(text).flatMap((piece) => (typeof piece === 'string' ? [] : piece.url));

it.each([
  ['Out at https://example.org/a?b=c#d, and more.', ['https://example.org/a?b=c#d']],
  ['(see https://example.org/Night_(album)) and http://two.example', ['https://example.org/Night_(album)', 'http://two.example']],
  ['https://example.org/… «https://example.com»', ['https://example.org/', 'https://example.com']],
  ['javascript:alert(1) ftp://x.example mailto:a@b.c example.org', []],
  ['https://bank.example@evil.example/ https:// https://', []],
  ['https://example.org/\u202Egnp.exe', ['https://example.org/']],
  ['<https://example.org/><script>', ['https://example.org/']],
])('%s', (text, found) => expect(links(text)).toEqual(found));

it('loses nothing of the text', () => {
  const text = 'One https://example.org. Two\nhttps://x@y.example, three';
  expect(linksIn(text).map((piece) => (typeof piece === 'string' ? piece : piece.url)).join('')).toBe(text);
});

it('takes no longer for a long row of brackets and dots', () => {
  const began = performance.now();
  linksIn(`https://example.org/${').'.repeat(5000)}`);
  expect(performance.now() - began).toBeLessThan(1000);
});
