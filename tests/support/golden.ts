/** The golden set of the search: things with known names, and what has to be found by which words. */
import { readFileSync } from 'node:fs';
import { assertStatus, type Client } from './client.ts';
import { template, type World } from './world.ts';

export type Kind = 'tracks' | 'releases' | 'users' | 'playlists';
interface Golden {
  tracks: { artist: string; title: string; plays: number; genre: string; tags: string[]; bpm?: number; key?: string; year?: number }[];
  users: string[];
  releases: { artist: string; title: string }[];
  playlists: string[];
  queries: { q: string; expect: string; within: number; kind: Kind; class?: string }[];
  nothing: string[];
}

export const golden = JSON.parse(readFileSync(new URL('../api/data/search-golden.json', import.meta.url), 'utf8')) as Golden;
export const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
export const texts = (values: string[]) => `array[${values.map(text).join()}]::text[]`;

export const search = async (client: Client, q: string, more: object = {}) => {
  const reply = await client.get('/api/v1/search', { query: { q, ...more } });
  assertStatus(reply, 200, q);
  return reply.body;
};
export type Found = Awaited<ReturnType<typeof search>>;
export const namesOf = (found: Found, kind: Kind) =>
  kind === 'users' ? found.users.items.map((hit) => hit.display_name) : kind === 'playlists' ? found.playlists.items.map((hit) => hit.name) : found[kind].items.map((hit) => hit.title);

/** Makes all of it, as carol's. */
export async function fillGolden(world: World): Promise<void> {
  const carol = template.ids.carol;
  await world.sql(golden.users.map((name, i) => `insert into users (username, email, first_name, role) values ('artist-${i}', 'artist-${i}@example.org', ${text(name)}, 'content_creator')`).join(';'));
  await world.sql(golden.tracks.map((t) => `insert into tracks (creator_id, title, artist, genre, tags, bpm, musical_key, year, duration, status, visibility, play_count)
    values ('${carol}', ${text(t.title)}, ${text(t.artist)}, nullif(${text(t.genre)}, ''), ${texts(t.tags)}, ${t.bpm ?? 'null'}, ${t.key ? text(t.key) : 'null'}, ${t.year ?? 0}, 200, 'completed', 'public', ${t.plays})`).join(';'));
  await world.sql(golden.releases.map((r, i) => `insert into releases (user_id, title, artist, kind, visibility, slug) values ('${carol}', ${text(r.title)}, ${text(r.artist)}, 'album', 'public', 'golden-${i}')`).join(';'));
  await world.sql(golden.playlists.map((name) => `insert into playlists (user_id, name, visibility) values ('${carol}', ${text(name)}, 'public')`).join(';'));
  await world.sql('select search_rank()');
}

/** What is not where it should be, a sentence each. */
export async function wrongGolden(client: Client): Promise<string[]> {
  const wrong: string[] = [];
  for (const { q, expect, within, kind, class: wanted } of golden.queries) {
    const found = await search(client, q, { type: kind, explain: true });
    const names = namesOf(found, kind), at = names.slice(0, within).indexOf(expect);
    const why = found[kind].items[at]?.why;
    if (at < 0 || (wanted && why?.class !== wanted)) wrong.push(`${q}: ${expect} is not among the first ${within} of ${names.slice(0, 4).join(' | ')} (${why?.class})`);
  }
  for (const q of golden.nothing) if (namesOf(await search(client, q, { type: 'tracks' }), 'tracks').length > 0) wrong.push(`${q} finds something`);
  return wrong;
}

/** The first three of each query, as ids. */
export async function firstThree(client: Client): Promise<string[]> {
  const all: string[] = [];
  for (const { q, kind } of golden.queries) all.push((await search(client, q, { type: kind, limit: 3 }))[kind].items.map(({ id }) => id).join());
  return all;
}
