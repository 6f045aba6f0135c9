/** Pages of lists: by number, by cursor, counted or not. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { operations } from '../support/document.ts';
import { template, World, type Person } from '../support/world.ts';

const world = await World.start('lists');
const { visitor } = world, carol = world.as('carol'), root = world.as('root');
const ids = template.ids;

/* Several with the same time and title, so that the id decides. */
await world.sql(`
  insert into tracks (creator_id, title, genre, tags, visibility, status, created_at)
  select '${ids.carol}', 'Listed ' || n / 3, case when n % 2 = 0 then 'Drone' else 'House' end, array['Listed', 'Slow ' || n % 4], case when n % 7 <> 0 then 'public' else 'private' end, 'completed', now() - n / 4 * interval '1 minute'
    from generate_series(1, 30) n;
  insert into track_likes (track_id, user_id, created_at) select id, '${ids.carol}', created_at from tracks where title like 'Listed %';
  insert into track_reposts (track_id, user_id, created_at) select id, '${ids.carol}', created_at from tracks where title like 'Listed %';
  insert into user_blocks (blocker_id, blocked_id) select '${ids.carol}', id from users where username in ('bob', 'mia');
  insert into login_history (user_id, method, outcome, device_label, created_at)
  select '${ids.carol}', 'password', 'succeeded', 'Firefox', now() - n / 2 * interval '1 hour' from generate_series(1, 5) n;
  insert into notifications (user_id, type, title, read, created_at)
  select '${ids.carol}', 'system', 'Notice ' || n, n % 3 = 0, now() - n / 2 * interval '1 minute' from generate_series(1, 9) n;
  insert into gear_items (user_id, name, category, is_public) select '${ids.carol}', 'Microphone ' || n, 'micro', true from generate_series(1, 4) n;
  insert into announcements (title, content, type, is_active, starts_at)
  select 'Notice ' || n, 'Text', 'info', true, now() - n / 2 * interval '1 hour' from generate_series(1, 4) n;
  update tracks set restorable_until = now() + interval '1 day', deleted_at = now() where title in ('Listed 9', 'Listed 10')`);
const track = await world.sql("select id from tracks where title = 'Listed 5' and visibility = 'public' limit 1");
const playlist = await world.sql(`insert into playlists (user_id, name) values ('${ids.carol}', 'Listed') returning id`);
await world.sql(`
  insert into track_likes (track_id, user_id, created_at) select '${track}', id, '2026-01-01' from users on conflict do nothing;
  insert into track_comments (track_id, user_id, content, "timestamp", created_at)
  select '${track}', case when n % 2 = 0 then '${ids.alice}'::uuid else '${ids.dave}'::uuid end, 'Comment ' || n, case when n > 3 then n / 3 end, now() - n / 3 * interval '1 minute'
    from generate_series(1, 9) n;
  insert into playlist_tracks (playlist_id, track_id, position) select '${playlist}', id, row_number() over (order by id) from tracks where title like 'Listed %';
  insert into releases (user_id, slug, title, kind, visibility, created_at)
  select '${ids.carol}', 'listed-' || n, 'Listed ' || n / 3, 'ep', 'public', now() - n / 2 * interval '1 day' from generate_series(1, 9) n;
  insert into release_tracks (release_id, track_id, disc, position)
  select r.id, t.id, 1 + row_number() over (order by t.id) / 10, row_number() over (order by t.id) / 2 from tracks t, releases r where t.title like 'Listed %' and r.slug = 'listed-1';
  insert into playlists (user_id, name, updated_at) select '${ids.carol}', 'Listed ' || n, now() - n / 2 * interval '1 minute' from generate_series(1, 5) n`);
await world.sql(`
  insert into track_stems (track_id, user_id, name, file_path, state, created_at) select '${track}', '${ids.carol}', 'Stem ' || n, 'none', 'ready', now() - n / 2 * interval '1 minute' from generate_series(1, 5) n;
  insert into track_stem_guests (track_id, user_id, created_at) select '${track}', id, '2026-01-01' from users where id <> '${ids.carol}'`);
const release = await world.sql("select id from releases where slug = 'listed-1'");
await world.sql(`insert into playlists (user_id, name) select '${ids.dave}', 'Listed of Dave ' || n from generate_series(1, 4) n;
  insert into playlist_follows (playlist_id, user_id, created_at) select id, '${ids.carol}', now() - interval '1 minute' from playlists where name like 'Listed of Dave %'`);
const comment = await world.sql(`insert into track_comments (track_id, user_id, content) values ('${track}', '${ids.carol}', 'Answered') returning id`);
await world.sql(`
  insert into track_comments (track_id, user_id, parent_id, content, created_at)
  select '${track}', '${ids.alice}', '${comment}', 'Reply ' || n, now() - n / 2 * interval '1 minute' from generate_series(1, 5) n;
  insert into track_comments (track_id, user_id, content, status, created_at)
  select id, '${ids.alice}', 'Waits ' || n, 'held', now() - n / 2 * interval '1 minute'
    from generate_series(1, 5) n, (select id from tracks where creator_id = '${ids.carol}' and title like 'Listed %' and deleted_at is null limit 1) t;
  insert into track_comment_texts (comment_id, content, written_at) select '${comment}', 'Text ' || n, now() - n * interval '1 minute' from generate_series(1, 4) n`);
const TOKEN = 'L'.repeat(43); /* opens it too */
await world.sql(`insert into playlist_share_links (playlist_id, user_id, token_hash, created_at)
  select '${playlist}', '${ids.carol}', case n when 1 then encode(sha256('${TOKEN}'), 'hex') else 'link ' || n end, now() - n / 2 * interval '1 minute' from generate_series(1, 5) n`);
const { token: session } = (await carol.post('/api/v1/queue/session', { body: { order: 'votes' } })).body;
await world.sql(`
  insert into queue_session_people (session_id, name, key_hash, created_at) select id, 'Guest ' || n, 'key ' || n, now() - n / 2 * interval '1 hour' from queue_sessions, generate_series(1, 5) n;
  insert into shared_queue_items (session_id, track_id, person_id, position, round, vote_count)
  select s.id, '${track}', (select id from queue_session_people limit 1), n, n, n / 3 from queue_sessions s, generate_series(1, 9) n`);
await world.sql("delete from genres g where g.slug > 'f' and not exists (select from track_genres x where x.genre_slug = g.slug)"); /* fewer than a page holds */
const label = await world.sql('select g.name from tags g order by g.use_count desc, g.id limit 1');
await world.sql(`insert into track_analysis (track_id, method, bpm, bpm_confidence, bpm_is_sure, onsets_per_s, key_confidence, key_is_sure, timbre_mean, timbre_deviation)
  select id, 1, 100 + (row_number() over (order by id))::int, 1, true, 2, 1, false, array(select (row_number() over (order by id) / (10.0 + i))::real from generate_series(1, 13) i), array_fill(1::real, array[13]) from tracks where title like 'Listed %' on conflict do nothing`);
const end = await world.sql("select id from tracks where title = 'Listed 7' and visibility = 'public' limit 1");
const { id: radio } = (await carol.post('/api/v1/discover/radio', { body: { track_id: track } })).body;
const imported = await world.sql(`insert into library_imports (user_id, base_url, wants_playlists, wants_stars, state) values ('${ids.carol}', 'https://example.org', true, true, 'done') returning id`);
await world.sql(`insert into library_import_missing (import_id, source, title, status) select '${imported}', 'star', 'Song ' || n, 'missing' from generate_series(1, 5) n`);
const chat = (await carol.post('/api/v1/conversations', { body: { kind: 'private', name: 'Listed', user_ids: [ids.alice, ids.dave, ids.root] } })).body.id;
const chatMessage = (await carol.post('/api/v1/conversations/{id}/messages', { path: { id: chat }, body: { client_id: ids.carol, content: 'Listed' } })).body.id;
await world.sql(`
  insert into messages (room_id, sender_id, seq, content, thread_id, reply_to_id, is_pinned, pinned_at, created_at)
  select '${chat}', '${ids.alice}', 1 + n, 'Listed ' || n, '${chatMessage}', '${chatMessage}', true, now() - n / 2 * interval '1 minute', now() - n / 2 * interval '1 minute' from generate_series(1, 9) n;
  update rooms set last_seq = 10 where id = '${chat}';
  update room_members set read_seq = 10 where room_id = '${chat}';
  insert into room_bans (room_id, user_id, created_at) select '${chat}', id, '2026-01-01' from users where username in ('bob', 'mia');
  insert into room_invitations (room_id, inviter_id, token_hash, created_at) select '${chat}', '${ids.carol}', 'listed ' || n, now() - n / 2 * interval '1 minute' from generate_series(1, 5) n;
  insert into room_actions (room_id, actor_id, action) select '${chat}', '${ids.carol}', 'changed' from generate_series(1, 5)`);
for (const n of [1, 2, 3, 4]) await carol.post('/api/v1/conversations', { body: { kind: n % 2 ? 'private' : 'public', name: `Listed ${n}` } });
/* What the id in a path names. */
const idIn = (path: string) => (path.startsWith('/api/v1/conversations/') ? chat : path.startsWith('/api/v1/imports/') ? imported : path.startsWith('/api/v1/tracks/') ? track : path.startsWith('/api/v1/playlists/') ? playlist : path.startsWith('/api/v1/releases/') ? release : path.startsWith('/api/v1/comments/') ? comment : path.startsWith('/api/v1/discover/radio/') ? radio : ids.carol);

interface Page { items: unknown[]; page?: number; limit: number; next: string | null; total?: number }

async function page(client: Client, path: string, query: Record<string, unknown> = {}): Promise<Page> {
  const reply = await client.get(path as '/api/v1/tracks', { query, path: { id: idIn(path), roomId: chat, messageId: chatMessage, token: path.startsWith('/api/v1/queue/') ? session : TOKEN, genre: 'ambient', tag: label } } as never);
  assertStatus(reply, 200);
  return reply.body as unknown as Page;
}

async function walk(client: Client, path: string, query: Record<string, unknown>): Promise<unknown[]> {
  const items: unknown[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const one: Page = await page(client, path, { ...query, ...(cursor && { cursor }) });
    assert.equal(one.page, cursor ? undefined : 1);
    items.push(...one.items);
    cursor = one.next;
  }
  return items;
}

const lists = operations.filter((operation) => (operation.parameters ?? []).some((parameter) => parameter.name === 'cursor'));

/* What this file filled; the others have a row or none. */
const least: Record<string, number> = {
  '/api/v1/tracks': 15, '/api/v1/tracks/search': 15, '/api/v1/users': 5, '/api/v1/users/me/blocks': 2, '/api/v1/auth/login-history': 5, '/api/v1/notifications': 9, '/api/v1/users/{id}/gear': 4,
  '/api/v1/users/{id}/likes': 15, '/api/v1/users/{id}/reposts': 15, '/api/v1/tracks/removed': 2, '/api/v1/audit/logs': 3, '/api/v1/genres': 2, '/api/v1/roles': 2,
  '/api/v1/tracks/{id}/likes': 6, '/api/v1/tracks/{id}/stems': 5, '/api/v1/tracks/{id}/stem-guests': 5, '/api/v1/tracks/{id}/comments': 10, '/api/v1/comments/{id}/replies': 5, '/api/v1/comments/{id}/texts': 4, '/api/v1/comments/held': 5, '/api/v1/playlists': 6, '/api/v1/playlists/{id}/tracks': 30, '/api/v1/playlists/shared/{token}/tracks': 30, '/api/v1/playlists/{id}/share': 5, '/api/v1/playlists/followed': 4, '/api/v1/playlists/search': 9, '/api/v1/releases': 9, '/api/v1/releases/{id}/tracks': 30, '/api/v1/tags/suggest': 4, '/api/v1/tracks/suggested-tags': 5,
  '/api/v1/queue/session/{token}/items': 9, '/api/v1/imports/{id}/missing': 5, '/api/v1/conversations': 5, '/api/v1/conversations/{id}/members': 4, '/api/v1/conversations/{id}/pins': 9, '/api/v1/conversations/{id}/bans': 2, '/api/v1/conversations/{id}/invitations': 5, '/api/v1/conversations/{id}/actions': 5, '/api/v1/conversations/{id}/messages/{messageId}/thread': 10, '/api/v1/conversations/{id}/messages/{messageId}/seen': 3, '/api/v1/chat/search': 10, '/api/v1/chat/rooms/{roomId}/messages/search': 10, '/api/v1/queue/session/{token}/guests': 5,
};

/* How many these are is for the owner of the track to know, or nobody's business. */
const uncounted = [...operations.map((operation) => operation.path).filter((path) => path.startsWith('/api/v1/discover/') && !['/api/v1/discover/genres', '/api/v1/discover/following'].includes(path) && !path.includes('playlists')), '/api/v1/feed', '/api/v1/search/suggestions', '/api/v1/tracks/{id}/likes', '/api/v1/tracks/recommendations', '/api/v1/playlists/recommendations', '/api/v1/tags/suggest', '/api/v1/tracks/suggested-tags'];
/* What they look for. */
const words: Record<string, string> = { '/api/v1/search/suggestions': 'listed',  '/api/v1/users/search': 'a', '/api/v1/tracks/search': 'listed', '/api/v1/playlists/search': 'listed', '/api/v1/tags/suggest': 'slow' };

for (const operation of lists) {
  const sorts = (operation.parameters ?? []).find((parameter) => parameter.name === 'sort')?.schema as { enum?: string[] } | undefined;
  for (const sort of sorts?.enum ?? [undefined]) {
    test(`page after page by cursor gives each row of ${operation.path} once${sort ? `, by ${sort}` : ''}`, async () => {
      if (operation.path === '/api/v1/audit/ip/{ip}') return; /* takes another path; its statement is that of the audit log */
      const client = operation['x-auth'] === 'admin' ? root : carol;
      const query = { ...(sort && { sort }), ...(words[operation.path] && { q: words[operation.path] }), ...(operation.path === '/api/v1/discover/path' && { from: track, to: end }) };
      const whole = (await page(client, operation.path, { ...query, limit: 100, page: 1 }));
      assert.equal(whole.next, null);
      assert.equal(whole.total, uncounted.includes(operation.path) ? undefined : whole.items.length);
      assert.ok(whole.items.length >= (least[operation.path] ?? 0), `${whole.items.length} rows`);
      for (const limit of [1, 3]) {
        const walked = await walk(client, operation.path, { ...query, limit });
        if (operation.path === '/api/v1/audit/logs') assert.deepEqual(walked.slice(-whole.items.length), whole.items); /* grows as it is read */
        else assert.deepEqual(walked, whole.items);
      }
    });
  }
}

test('rows that come or go while somebody reads move nothing', async () => {
  const before = (await page(visitor, '/api/v1/tracks', { limit: 100 })).items as { id: string; title: string }[];
  const first = await page(visitor, '/api/v1/tracks', { limit: 5 });
  await world.sql(`
    insert into tracks (creator_id, title, visibility, status) values ('${ids.dave}', 'Newer than all', 'public', 'completed');
    update tracks set deleted_at = now() where id = '${before[2]!.id}'`);
  const second = await page(visitor, '/api/v1/tracks', { limit: 5, cursor: first.next });
  assert.deepEqual(second.items, before.slice(5, 10));
});

test('rows are counted only for whoever asks, and filters count', async () => {
  const query = { genre: 'drone' };
  const plain = await page(visitor, '/api/v1/tracks', { ...query, limit: 2 });
  assert.equal('total' in plain, false);
  const all = (await page(visitor, '/api/v1/tracks', { ...query, limit: 100 })).items.length;
  for (const asked of [{ total: true }, { page: 1 }, { page: 99 }]) assert.equal((await page(visitor, '/api/v1/tracks', { ...query, ...asked, limit: 2 })).total, all);
  assert.equal('total' in (await page(visitor, '/api/v1/tracks', { ...query, page: 1, total: false })), false);
  const after = await page(visitor, '/api/v1/tracks', { ...query, limit: 2, cursor: plain.next, total: true });
  assert.equal(after.total, all);
  assert.equal((await page(visitor, '/api/v1/tracks', { genre: 'there is none', total: true })).total, 0);
});

test('a numbered page leads on by cursor', async () => {
  const whole = await page(visitor, '/api/v1/tracks', { limit: 100 }), third = await page(visitor, '/api/v1/tracks', { limit: 3, page: 3 });
  assert.deepEqual(third.items, whole.items.slice(6, 9));
  assert.deepEqual((await page(visitor, '/api/v1/tracks', { limit: 3, cursor: third.next })).items, whole.items.slice(9, 12));
});

test('a cursor of another list, order or filter is refused, and so is one that was made up', async () => {
  const { next } = await page(visitor, '/api/v1/tracks', { limit: 2, sort: 'newest', genre: 'drone' });
  assert.ok(next);
  const refused = async (path: '/api/v1/tracks' | '/api/v1/users', query: Record<string, unknown>) => {
    const reply = await visitor.get(path, { query } as never);
    const problem = assertProblem(reply, 422, 'validation');
    assert.deepEqual(problem.errors?.map((error) => error.field), ['cursor']);
  };
  assert.equal((await page(visitor, '/api/v1/tracks', { limit: 7, sort: 'newest', genre: 'drone', cursor: next })).items.length, 7, 'another limit is no other list');
  for (const query of [{ sort: 'oldest', genre: 'drone' }, { sort: 'title', genre: 'drone' }, { genre: 'house' }, {}, { genre: 'drone', tag: 'x' }])
    await refused('/api/v1/tracks', { ...query, cursor: next });
  await refused('/api/v1/users', { cursor: next });
  await refused('/api/v1/tracks', { genre: 'drone', page: 1, cursor: next });
  const bytes = Buffer.from(next, 'base64url');
  const made = [next.slice(0, -2), `${next}AAAA`, 'A', 'AAAA', 'A'.repeat(4000), next.replaceAll(/[0-9A-Za-z]/g, 'A'), 'null', "'%20or%201=1", `${next}=`, '__________________', 'é'];
  for (let at = 0; at < bytes.length; at++) made.push(Buffer.from(bytes.map((byte, i) => (i === at ? byte ^ 0x15 : byte))).toString('base64url'));
  for (const cursor of made) await refused('/api/v1/tracks', { genre: 'drone', cursor });
});

test('a cursor opens nothing that its holder may not see', async () => {
  const { next } = await page(carol, '/api/v1/tracks', { limit: 1, mine: true, sort: 'title' });
  const reply = await world.as('bob' satisfies Person).get('/api/v1/tracks', { query: { mine: true, sort: 'title', cursor: next! } });
  assertStatus(reply, 200);
  assert.deepEqual(reply.body.items, []);
});
