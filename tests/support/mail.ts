/** Mails that a server wrote to its data folder. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Server } from './server.ts';
import { until } from './wait.ts';

/** All mails to this address, oldest first by the second. */
export function mailsTo(server: Server, email: string): string[] {
  const folder = path.join(server.dataDir, 'mail');
  return readdirSync(folder).filter((name) => name.endsWith('.eml')).sort().map((name) => readFileSync(path.join(folder, name), 'utf8'))
    .filter((mail) => mail.includes(`To: <${email}>`));
}

/** The subject in clear. */
export const subjectOf = (mail: string) => Buffer.from(mail.match(/^Subject: =\?UTF-8\?B\?([^?]*)\?=/m)?.[1] ?? '', 'base64').toString();

/** The token of a link to this page in a mail to this address, other than those in `seen`. */
export function linkToken(server: Server, email: string, page: string, seen: string[] = []): Promise<string> {
  return until(`a mail to ${email} with a link to ${page}`, () => mailsTo(server, email)
    .map((mail) => mail.match(new RegExp(`/${page}\\?token=([A-Za-z0-9_-]{20,})`))?.[1])
    .find((token) => token !== undefined && !seen.includes(token)));
}
