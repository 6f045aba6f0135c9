/** Runs whose servers have a replica that is late, and asked: VEZA_TEST_REPLICA=1500ms. Lists that visitors see are asked of the database first and then of the
 * replica, which must show nothing that the database does not. Tests go on with what the database said, since a late list lacks what is new. */
import { strict as assert } from 'node:assert';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { WORK } from './paths.ts';

/** Those whose routes have `.replica`. */
const LISTS = /^\/api\/v1\/(tracks|tracks\/search|tracks\/[^/]+\/comments|comments\/[^/]+\/replies|releases|releases\/[^/]+\/tracks|playlists\/[^/]+\/tracks|users\/[^/]+\/playlists|discover\/playlists\/editorial)$/;
const COUNTS = path.join(WORK, 'late-replica');

/** The setting of PostgreSQL; one that is 5 s late or more is not asked. */
export const replicaDelay = process.env['VEZA_TEST_REPLICA'] ?? '';
export const isReplicaAsked = /^\d+ms$/.test(replicaDelay) && parseInt(replicaDelay) < 5000;

export const mayReplicaAnswer = (method: string, target: string) => isReplicaAsked && method === 'GET' && LISTS.test(target.split('?')[0]!);
/** Of a request to which only the database is good enough, or also a replica; neither is answered from memory. */
export const FROM_DATABASE = { 'veza-position': 'FFFFFFFF/FFFFFFFF' }, FROM_REPLICA = { 'veza-position': '0/1' };

const idsIn = (text: string) => new Set(text.match(/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g));

/** `fromDatabase`: its reply a moment ago. */
export async function assertReplicaShowsNoMore(url: string, fromDatabase: string): Promise<void> {
  const reply = await fetch(url, { headers: FROM_REPLICA }), text = await reply.text();
  const shown = idsIn(fromDatabase), more = () => [...idsIn(reply.ok ? text : '')].filter((id) => !shown.has(id));
  /* What the database shows on later pages, or only now. */
  for (let cursor: string | null = ''; more().length && cursor !== null;) {
    const page: string = await (await fetch(`${url}${cursor && `${url.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`}`, { headers: FROM_DATABASE })).text();
    for (const id of idsIn(page)) shown.add(id);
    cursor = (JSON.parse(page) as { next?: string | null }).next ?? null;
  }
  assert.deepEqual(more(), [], `the replica shows on ${url} what the database does not`);
}

/** Notes what answered lists of this server, before it ends. */
export async function noteReplicaReads(api: string): Promise<void> {
  const text = await (await fetch(`${api}/metrics`)).text();
  const count = (labels: string) => text.match(new RegExp(`^veza_replica_reads_total{${labels}} (\\d+)$`, 'm'))?.[1] ?? '0';
  appendFileSync(COUNTS, `${count('served="replica",why=""')} ${count('served="primary",why="hiding"')}\n`);
}

/** At the end of a run: was it asked, and did it show things that were hidden just then? */
export function complainOfReplicaReads(): string | undefined {
  const rows = existsSync(COUNTS) ? readFileSync(COUNTS, 'utf8').trim().split('\n').map((line) => line.split(' ').map(Number)) : [];
  const [served, hiding] = [0, 1].map((column) => rows.reduce((sum, row) => sum + row[column]!, 0));
  console.log(`${served} lists were read from the replica, ${hiding} were not since it showed something hidden still`);
  return served && hiding ? undefined : 'the late replica was not asked, or never while it showed something hidden';
}
