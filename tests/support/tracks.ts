/** Tracks, as a creator uploads them. */
import { execFileSync } from 'node:child_process';
import { assertStatus, type BodyOf, type Client } from './client.ts';
import { makeSound, wav } from './media.ts';
import type { Server } from './server.ts';
import { until } from './wait.ts';

export type Track = BodyOf<'get', '/api/v1/tracks/{id}'>;

export interface UploadFields {
  file?: Uint8Array;
  filename?: string;
  cover?: Uint8Array;
  title?: string;
  [field: string]: string | Uint8Array | undefined;
}

export function uploadForm({ file, filename = 'song.wav', cover, ...fields }: UploadFields = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.set(name, String(value));
  if (cover) form.set('cover', new Blob([new Uint8Array(cover)], { type: 'image/png' }), 'cover.png');
  form.set('file', new Blob([new Uint8Array(file ?? wav(makeSound(1)))], { type: 'audio/wav' }), filename);
  return form;
}

export const upload = (creator: Client, fields?: UploadFields) => creator.post('/api/v1/tracks', { body: uploadForm(fields) });

/** Waits until the work on it has ended, well or badly. */
export function finished(client: Client, id: string, seconds = 120): Promise<Track> {
  return until(`track ${id} to be finished`, async () => {
    const reply = await client.get('/api/v1/tracks/{id}', { path: { id } });
    assertStatus(reply, 200);
    return ['completed', 'failed'].includes(reply.body.status) && reply.body;
  }, seconds, 100);
}

/** Uploads and waits until it can be played. */
export async function playable(creator: Client, fields?: UploadFields): Promise<Track> {
  const reply = await upload(creator, fields);
  assertStatus(reply, 201);
  const track = await finished(creator, reply.body.id);
  if (track.status !== 'completed') throw new Error(`track ${track.id} is ${track.status}: ${track.status_message}`);
  return track;
}

/** Uploads what lasts a minute or longer, and stops the media worker as soon as one quality can be played. `signal` lets it go on, or ends it. */
export async function halfMade(creator: Client, server: Server, fields: UploadFields): Promise<{ id: string; early: Track; signal: (name: NodeJS.Signals) => void }> {
  const reply = await upload(creator, fields);
  assertStatus(reply, 201);
  const { id } = reply.body;
  const early = await until('one quality to be there', async () => {
    const track = (await creator.get('/api/v1/tracks/{id}', { path: { id } })).body;
    return track.stream_status === 'ready' && track;
  }, 120, 10);
  const pids = execFileSync('pgrep', ['-P', String(server.ports.pid), '-f', 'media-worker audio']).toString().trim().split('\n').map(Number);
  const signal = (name: NodeJS.Signals) => pids.forEach((pid) => {
    try {
      process.kill(pid, name);
    } catch { /* it ended by itself */ }
  });
  signal('SIGSTOP');
  return { id, early, signal };
}

/** A rendition put back together as a player does: the init file and every segment of the playlist. */
export async function rendition(client: Client, id: string, quality: string): Promise<{ bytes: Buffer; playlist: string; segments: string[] }> {
  const base = `/api/v1/tracks/${id}/hls/${quality}`;
  const playlist = (await client.send('GET', `${base}/playlist.m3u8`)).bytes.toString();
  const init = playlist.match(/#EXT-X-MAP:URI="([^"]+)"/)?.[1];
  const segments = playlist.split('\n').filter((line) => line && !line.startsWith('#'));
  const parts: Buffer[] = [];
  for (const name of [init!, ...segments]) {
    const reply = await client.send('GET', `${base}/${name}`);
    assertStatus(reply, 200, name);
    parts.push(reply.bytes);
  }
  return { bytes: Buffer.concat(parts), playlist, segments };
}
