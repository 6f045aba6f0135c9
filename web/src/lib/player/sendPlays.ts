/* Sends what was heard. What cannot be sent without a network is sent when there is one again, as long as the page is open: the listening is known to the
 * server from its beginning, so it counts then. */

import type { Listening, Report } from './playReport';

const KEY = 'veza.listening';
const MOST_WAITING = 50;

const waiting: Report[] = [];
let client: typeof import('@/lib/api/client') | null = null;

async function deliver({ trackId, share, ...body }: Report): Promise<void> {
  client ??= await import('@/lib/api/client');
  await client.post('/tracks/{id}/play', { path: { id: trackId }, query: share ? { share } : {}, body: { ...body, device: 'web' }, keepalive: true });
}

async function deliverWaiting(): Promise<void> {
  for (let report = waiting.shift(); report; report = waiting.shift()) await send(report);
}

async function send(report: Report): Promise<void> {
  try {
    await deliver(report);
  } catch {
    /* what the server refused it would refuse again; a lost report is not worth a message */
    if (!navigator.onLine && waiting.length < MOST_WAITING) waiting.push(report);
  }
}

export const sendPlay = (report: Report): void => void send(report);

addEventListener('online', () => void deliverWaiting());

export function rememberListening(listening: Listening | null): void {
  try {
    if (listening) sessionStorage.setItem(KEY, JSON.stringify(listening));
    else sessionStorage.removeItem(KEY);
  } catch {
    /* after a reload it is another listening */
  }
}

export function recallListening(): Listening | null {
  try {
    const saved = JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as Partial<Listening> | null;
    const { key, session, sequence, heard } = saved ?? {};
    if (typeof key !== 'string' || typeof session !== 'string' || typeof sequence !== 'number' || typeof heard !== 'number') return null;
    return { key, session, sequence, heard };
  } catch {
    return null;
  }
}
