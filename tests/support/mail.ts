/** Mails: parsed, and those that a server wrote to its data folder. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Server } from './server.ts';
import { until } from './wait.ts';

export interface Mail {
  raw: string;
  /** Decoded values by lower-case name. */
  headers: Record<string, string>;
  text: string;
  html: string;
}

const encodedWord = /=\?UTF-8\?B\?([A-Za-z0-9+/=]*)\?=/g;

/** RFC 2047: the white space between two encoded words does not count. */
const decodeWords = (value: string) => value.replace(/\?=\s+=\?/g, '?==?').replace(encodedWord, (_, word: string) => Buffer.from(word, 'base64').toString());

const decodeQuotedPrintable = (text: string) => Buffer.from(
  text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))), 'latin1').toString();

function headersOf(head: string): Record<string, string> {
  return Object.fromEntries(head.replace(/\r\n[ \t]+/g, ' ').split('\r\n').map((line) => {
    const at = line.indexOf(':');
    return [line.slice(0, at).toLowerCase(), decodeWords(line.slice(at + 1).trim())];
  }));
}

export function parseMail(raw: string): Mail {
  const end = raw.indexOf('\r\n\r\n');
  const headers = headersOf(raw.slice(0, end));
  const boundary = headers['content-type']?.match(/boundary="([^"]+)"/)?.[1];
  const parts = raw.slice(end + 4).split(`--${boundary}`).slice(1, -1).map((part) => {
    const at = part.indexOf('\r\n\r\n');
    const head = headersOf(part.slice(2, at));
    return { type: head['content-type'] ?? '', text: decodeQuotedPrintable(part.slice(at + 4, -2)).replaceAll('\r\n', '\n') };
  });
  const of = (type: string) => parts.find((part) => part.type.startsWith(type))?.text ?? '';
  return { raw, headers, text: of('text/plain'), html: of('text/html') };
}

/** All mails to this address, oldest first by the second: the head as it is, then the text. */
export function mailsTo(server: Server, email: string): string[] {
  const folder = path.join(server.dataDir, 'mail');
  return readdirSync(folder).filter((name) => name.endsWith('.eml')).sort().map((name) => parseMail(readFileSync(path.join(folder, name), 'utf8')))
    .filter((mail) => mail.headers['to'] === `<${email}>`).map(({ raw, text }) => `${raw.slice(0, raw.indexOf('\r\n\r\n'))}\r\n\r\n${text}`);
}

/** The subject in clear. */
export const subjectOf = (mail: string) => headersOf(mail.slice(0, mail.indexOf('\r\n\r\n')))['subject'] ?? '';

/** The token of a link to this page in a mail to this address, other than those in `seen`. */
export function linkToken(server: Server, email: string, page: string, seen: string[] = []): Promise<string> {
  return until(`a mail to ${email} with a link to ${page}`, () => mailsTo(server, email)
    .map((mail) => mail.match(new RegExp(`/${page}\\?token=([A-Za-z0-9_-]{20,})`))?.[1])
    .find((token) => token !== undefined && !seen.includes(token)));
}
