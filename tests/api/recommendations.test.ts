/** Recommendations: one rule, which each of them names; what is hidden elsewhere is hidden here; the cost is bounded. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { playable } from '../support/tracks.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('recommendations');
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), dave = world.as('dave'), mia = world.as('mia');
const ids = template.ids;
const song = await playable(carol, { title: 'Begin here', genre: 'Drone', tags: 'harbour,night' });

/** More tracks, as rows: what they sound like does not matter here. */
async function make(owner: string, title: string, more: { genre?: string; tags?: string[]; visibility?: string; explicit?: boolean } = {}): Promise<string> {
  const visibility = more.visibility ?? 'public';
  return world.sql(`insert into tracks (creator_id, title, file_path, status, stream_status, visibility, genre, tags, is_explicit, duration_ms)
    values ('${owner}', '${title}', 'originals/x', 'completed', 'ready', '${visibility}', ${more.genre ? `'${more.genre}'` : 'null'},
      array[${(more.tags ?? []).map((tag) => `'${tag}'`).join()}]::varchar[], ${more.explicit ?? false}, 60000) returning id`);
}
const like = (person: string, ...tracks: string[]) => world.sql(`insert into track_likes (user_id, track_id) select '${person}', x::uuid from unnest(array['${tracks.join("','")}']) x`);
const forTracks = async (client: Client, track_id?: string) => {
  const reply = await client.get('/api/v1/tracks/recommendations', { query: { limit: 50, ...(track_id && { track_id }) } });
  assertStatus(reply, 200);
  return reply.body.items;
};
const said = async (client: Client, track_id?: string) => (await forTracks(client, track_id)).map((one) => [one.title, one.reason, one.because?.title ?? null, one.label]);

const together = await make(ids.dave, 'Liked together'), twice = await make(ids.bob, 'Liked together by two'), drone = await make(ids.dave, 'Same genre', { genre: 'Drone' });
await make(ids.bob, 'Same tag', { tags: ['night', 'rain'] });
await make(ids.dave, 'Of nothing alike', { genre: 'Polka' });
const people = (await world.sql(`insert into users (username, email, password_hash) select 'liker' || n, 'liker' || n || '@example.org', 'x' from generate_series(1, 6) n returning id`)).split('\n');
await like(people[0]!, song.id, together, twice);
await like(people[1]!, song.id, twice);

test('tracks like a track: liked by people who like it, then of its genre, then with its tags, and each says why', async () => {
  assert.deepEqual(await said(alice, song.id), [['Liked together by two', 'liked_together', 'Begin here', null], ['Liked together', 'liked_together', 'Begin here', null],
    ['Same genre', 'same_genre', 'Begin here', 'Drone'], ['Same tag', 'same_tag', 'Begin here', 'night']]);
  const [first] = await forTracks(alice, song.id);
  assert.deepEqual([first!.creator.username, first!.is_liked, first!.like_count], ['bob', false, null], 'no number is told');
  assertProblem(await alice.get('/api/v1/tracks/recommendations', { query: { track_id: '00000000-0000-4000-8000-000000000000' } }), 404);
  assertProblem(await world.visitor.get('/api/v1/tracks/recommendations'), 401);
});

test('for a person it begins with what they liked and heard last, and leaves these out, and whatever is theirs', async () => {
  assert.deepEqual(await said(mia), []);
  await like(ids.mia, song.id);
  assert.deepEqual((await said(mia)).map(([title]) => title), ['Liked together by two', 'Liked together', 'Same genre', 'Same tag']);
  await like(ids.mia, twice);
  await world.sql(`insert into track_plays (track_id, user_id, duration) values ('${drone}', '${ids.mia}', 40)`);
  assert.deepEqual((await said(mia)).map(([title]) => title), ['Liked together', 'Same tag']);
  assert.deepEqual((await said(bob, song.id)).map(([title]) => title), ['Liked together', 'Same genre']);
});

test('of what has as much in common, what sounds most alike comes first', async () => {
  const seed = await make(ids.carol, 'Sounds so', { genre: 'Sounding' }), owners = [people[2]!, people[3]!, people[4]!];
  const like = await make(owners[0]!, 'Sounds alike', { genre: 'Sounding' });
  const faster = await make(owners[1]!, 'Sounds faster', { genre: 'Sounding' });
  await make(owners[2]!, 'Newest, never measured', { genre: 'Sounding' });
  const measured = (id: string, bpm: number, timbre: number) => `('${id}', 1, ${bpm}, 1, true, 2, 0, false, array[90, ${timbre}, 3], array[5, 4, 4])`;
  await world.sql(`insert into track_analysis (track_id, method, bpm, bpm_confidence, bpm_is_sure, onsets_per_s, key_confidence, key_is_sure, timbre_mean, timbre_deviation)
    values ${measured(seed, 120, 10)}, ${measured(like, 60.2, 11)}, ${measured(faster, 165, 11)}`);
  assert.deepEqual((await said(alice, seed)).map(([title]) => title), ['Sounds alike', 'Sounds faster', 'Newest, never measured']);
  await world.sql(`delete from track_analysis where track_id <> '${song.id}'`);
});

test('what is hidden from a person is not recommended to them: not public, blocked either way, explicit; nor because of those who do not show their activity', async () => {
  await world.sql(`delete from track_likes where user_id = '${ids.mia}'`);
  const hidden = await make(ids.dave, 'Private one', { genre: 'Drone', visibility: 'private' }), unlisted = await make(ids.dave, 'Unlisted one', { genre: 'Drone', visibility: 'unlisted' });
  const rude = await make(people[5]!, 'Explicit one', { genre: 'Drone', explicit: true });
  await like(people[0]!, hidden, unlisted);
  const titles = async (client: Client) => (await said(client, song.id)).map(([title]) => title);
  assert.deepEqual((await titles(alice)).filter((title) => /Private|Unlisted|Explicit/.test(title!)), ['Explicit one']);
  await world.sql(`insert into user_settings (user_id, explicit_content) values ('${ids.alice}', false) on conflict (user_id) do update set explicit_content = false`);
  assert.ok(!(await titles(alice)).includes('Explicit one'));
  await world.sql(`delete from tracks where id = '${rude}'`);
  assertStatus(await dave.post('/api/v1/users/{id}/block', { path: { id: ids.alice } }), 204);
  assert.deepEqual(await titles(alice), ['Liked together by two', 'Same tag']);
  assertStatus(await dave.delete('/api/v1/users/{id}/block', { path: { id: ids.alice } }), 204);
  assertStatus(await alice.post('/api/v1/users/{id}/block', { path: { id: ids.dave } }), 204);
  assert.deepEqual(await titles(alice), ['Liked together by two', 'Same tag']);
  assertStatus(await alice.delete('/api/v1/users/{id}/block', { path: { id: ids.dave } }), 204);
  await world.sql(`insert into user_settings (user_id, show_activity) select id, false from users where username like 'liker%'`);
  assert.deepEqual(await said(alice, song.id), [['Same genre', 'same_genre', 'Begin here', 'Drone'], ['Same tag', 'same_tag', 'Begin here', 'night']]);
  await world.sql(`update user_settings set show_activity = true where user_id in (select id from users where username like 'liker%')`);
});

test('many who hide what they like do not hide those who show it', async () => {
  await world.sql(`with p as (insert into users (username, email, password_hash) select 'silent' || n, 'silent' || n || '@example.org', 'x' from generate_series(1, 100) n returning id),
                        s as (insert into user_settings (user_id, show_activity) select id, false from p)
                   insert into track_likes (user_id, track_id) select id, '${song.id}' from p`);
  const only = await make(ids.dave, 'Liked by the silent');
  await world.sql(`insert into track_likes (user_id, track_id) select id, '${only}' from users where username like 'silent%'`);
  const liked = (await said(alice, song.id)).filter(([, reason]) => reason === 'liked_together').map(([title]) => title);
  assert.deepEqual(liked, ['Liked together by two', 'Liked together']);
  await world.sql(`delete from users where username like 'silent%'; delete from tracks where id = '${only}'`);
});

test('of nobody there are more than two', async () => {
  for (let i = 0; i < 5; i++) await like(people[0]!, await make(ids.dave, `One of many ${i}`));
  const all = await forTracks(alice, song.id), dave_ = all.filter((one) => one.creator.username === 'dave');
  assert.equal(dave_.length, 2);
});

const forPlaylists = async (client: Client) => {
  const reply = await client.get('/api/v1/playlists/recommendations', { query: { limit: 50 } });
  assertStatus(reply, 200);
  return reply.body.items.map((one) => [one.name, one.reason, one.because?.title ?? null]);
};

test('playlists: followed by people who follow the same, then with liked tracks, then the editors\' choice; none of one\'s own, and none that is not public', async () => {
  await like(ids.mia, song.id);
  const list = (owner: string, name: string, more = `'public', false, now()`) => world.sql(`with p as (insert into playlists (user_id, name, visibility, is_editorial, editorial_at)
    values ('${owner}', '${name}', ${more}) returning id), i as (insert into playlist_tracks (playlist_id, track_id, position) select p.id, '${drone}', 1 from p) select id from p`);
  const common = await list(ids.carol, 'Followed by both'), other = await list(ids.dave, 'Followed by the other'), chosen = await list(people[2]!, 'Chosen', `'public', true, now()`);
  const withLiked = await list(people[3]!, 'With a liked one'), closed = await list(people[4]!, 'Closed', `'private', true, now()`), own = await list(ids.mia, 'Own');
  for (const id of [withLiked, own, closed]) await world.sql(`insert into playlist_tracks (playlist_id, track_id, position) values ('${id}', '${song.id}', 2)`);
  const follow = (person: string, ...lists: string[]) => world.sql(`insert into playlist_follows (user_id, playlist_id) select '${person}', x::uuid from unnest(array['${lists.join("','")}']) x`);
  await follow(people[0]!, common, other, closed);
  assert.deepEqual(await forPlaylists(mia), [['With a liked one', 'liked_tracks', 'Begin here'], ['Chosen', 'editorial', null]]);
  await follow(ids.mia, common);
  assert.deepEqual(await forPlaylists(mia), [['Followed by the other', 'followed_together', 'Followed by both'], ['With a liked one', 'liked_tracks', 'Begin here'], ['Chosen', 'editorial', null]]);
  assertStatus(await dave.post('/api/v1/users/{id}/block', { path: { id: ids.mia } }), 204);
  assert.deepEqual(await forPlaylists(mia), [['With a liked one', 'liked_tracks', 'Begin here'], ['Chosen', 'editorial', null]]);
  await follow(ids.mia, chosen);
  assert.deepEqual((await forPlaylists(mia)).map(([name]) => name), ['With a liked one']);
  assert.ok(!(await forPlaylists(carol)).some(([name]) => name === 'Followed by both'), 'her own');
});
