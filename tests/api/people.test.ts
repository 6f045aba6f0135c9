/** Profiles, following, blocking, presence and settings. */
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { onDisk } from '../support/level.ts';
import { png } from '../support/media.ts';
import { browser, emailOf, PASSWORD, template, World, type Person } from '../support/world.ts';

const world = await World.start('people');
const visitor = world.visitor;
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), dave = world.as('dave'), mia = world.as('mia'), root = world.as('root');
const ids = template.ids;
const NOBODY = '00000000-0000-4000-8000-000000000000';
const me = (person: Person) => ({ path: { id: ids[person] } });

async function newTrack(of: Person, title: string): Promise<string> {
  return world.sql(`insert into tracks (creator_id, title, status) values ('${ids[of]}', '${title}', 'completed') returning id`);
}

async function namesIn(client: Client, path: '/api/v1/users' | '/api/v1/users/suggestions'): Promise<string[]> {
  const reply = await client.get(path);
  assertStatus(reply, 200);
  return reply.body.items.map((one) => one.username);
}

async function search(client: Client, q: string): Promise<string[]> {
  const reply = await client.get('/api/v1/users/search', { query: { q } });
  assertStatus(reply, 200);
  return reply.body.items.map((one) => one.username);
}

test('the list of people knows all in good standing, and pages', async () => {
  assert.deepEqual((await namesIn(visitor, '/api/v1/users')).sort(), ['alice', 'bob', 'carol', 'dave', 'mia', 'root']);
  const sorted = await visitor.get('/api/v1/users', { query: { sort: 'username', limit: 2, page: 2 } });
  assertStatus(sorted, 200);
  assert.deepEqual(sorted.body.items.map((one) => one.username), ['carol', 'dave']);
  assert.equal(sorted.body.total, 6);
  const creators = await visitor.get('/api/v1/users', { query: { role: 'content_creator', sort: 'oldest' } });
  assert.deepEqual(creators.body.items.map((one) => one.username).sort(), ['carol', 'dave']);
  assert.equal('email' in creators.body.items[0]!, false, 'no addresses of mail');
});

test('people are found by user name, display name, both words in any order, with and without accents', async () => {
  await world.sql(`update users set first_name = 'Élodie', last_name = 'García Ruß' where id = '${ids.bob}'`);
  for (const q of ['bob', 'BOB', 'élodie', 'elodie', 'garcia', 'García elodie', 'bob garcia', 'ruß', 'elodie gar', 'elodie\\', '  elodie   garcia ']) assert.deepEqual(await search(visitor, q), ['bob'], q);
  for (const q of ['elodie smith', 'bobby', '%', '_', '\\']) assert.deepEqual(await search(visitor, q), [], q);
  await world.sql(`update users set first_name = 'Bo', last_name = 'B' where id = '${ids.carol}'`);
  assert.deepEqual((await search(visitor, 'bo')).sort(), ['bob', 'carol'], 'one by the user name, one by the other');
  await world.sql(`update users set first_name = null, last_name = null where id in ('${ids.bob}', '${ids.carol}')`);
});

test('search finds words of names, with what is special in SQL taken as it is', async () => {
  assertStatus(await dave.put('/api/v1/users/{id}', { ...me('dave'), body: { first_name: 'Davide', last_name: 'O\'Neill 100%' } }), 200);
  assert.deepEqual(await search(visitor, 'DAV'), ['dave']);
  assert.deepEqual(await search(visitor, 'davide o\'n'), ['dave']);
  assert.deepEqual(await search(visitor, '100%'), ['dave']);
  assert.deepEqual(await search(visitor, '%'), ['dave'], 'the only one with a percent sign');
  assert.deepEqual(await search(visitor, '_'), []);
  assert.deepEqual(await search(visitor, 'nobody of that name'), []);
});

test('whoever does not want to be found is not, but by themselves', async () => {
  assertStatus(await mia.put('/api/v1/users/settings', { body: { allow_search_indexing: false } }), 200);
  assert.deepEqual(await search(alice, 'mia'), []);
  assert.deepEqual(await search(mia, 'mia'), ['mia']);
  assertStatus(await alice.get('/api/v1/users/{id}', me('mia')), 200);
  assertStatus(await mia.put('/api/v1/users/settings', { body: { allow_search_indexing: true } }), 200);
});

test('one changes one\'s own profile and nobody else\'s', async () => {
  const body = { first_name: 'Ada', last_name: null, bio: 'Two\nlines', location: 'London', social_links: { website: 'https://ada.example/music?x=1' } };
  const reply = await alice.put('/api/v1/users/{id}', { ...me('alice'), body });
  assertStatus(reply, 200);
  assert.equal(reply.body.first_name, 'Ada');
  assert.equal(reply.body.email, emailOf('alice'));
  const seen = await visitor.get('/api/v1/users/by-username/{username}', { path: { username: 'ALICE' } });
  assert.deepEqual([seen.body.bio, seen.body.location, seen.body.social_links], ['Two\nlines', 'London', body.social_links]);
  const partly = await alice.put('/api/v1/users/{id}', { ...me('alice'), body: { bio: null } });
  assert.deepEqual([partly.body.bio, partly.body.location], [null, 'London']);
  for (const other of [bob, mia, root]) assertProblem(await other.put('/api/v1/users/{id}', { ...me('alice'), body: { bio: 'mine now' } }), 404);
});

test('links that could run as a script are refused', async () => {
  const wrong: Record<string, unknown>[] = [{ x: 'javascript:alert(1)' }, { x: 'https://a.example/"onclick=' }, { x: 'data:text/html,x' }, { x: ' https://a.example' }, { x: 7 }, { x: null },
    { '<b>': 'https://a.example' }, { '': 'https://a.example' }, { x: 'https://' }, { x: `https://a.example/${'a'.repeat(300)}` },
    Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`s${i}`, 'https://a.example']))];
  for (const social_links of wrong) {
    const problem = assertProblem(await alice.put('/api/v1/users/{id}', { ...me('alice'), body: { social_links } as never }), 422, 'validation', JSON.stringify(social_links).slice(0, 60));
    assert.equal(problem.errors?.[0]?.field, 'social_links');
  }
});

test('a private profile does not exist for strangers and moderators, and does for its owner and an administrator with a second factor', async () => {
  assertStatus(await bob.put('/api/v1/users/{id}', { ...me('bob'), body: { is_public: false } }), 200);
  for (const client of [visitor, alice, carol, mia]) {
    assertProblem(await client.get('/api/v1/users/{id}', me('bob')), 404);
    assert.ok(!(await namesIn(client, '/api/v1/users')).includes('bob'));
    assert.deepEqual(await search(client, 'bob'), []);
  }
  for (const path of ['likes', 'presence', 'reposts'] as const) assertProblem(await alice.get(`/api/v1/users/{id}/${path}`, me('bob')), 404);
  assertProblem(await alice.post('/api/v1/users/{id}/follow', me('bob')), 404);
  for (const client of [bob, root]) assertStatus(await client.get('/api/v1/users/{id}', me('bob')), 200);
  assertStatus(await bob.put('/api/v1/users/{id}', { ...me('bob'), body: { is_public: true } }), 200);
});

test('a profile is as complete as what is filled in, for its owner only', async () => {
  const before = await carol.get('/api/v1/users/{id}/completion', me('carol'));
  assertStatus(before, 200);
  assert.deepEqual([...before.body.done, ...before.body.missing].sort(), ['avatar', 'banner', 'bio', 'email_verified', 'first_track', 'location', 'name', 'social_links']);
  assert.ok(before.body.missing.includes('bio') && before.body.done.includes('email_verified'));
  await carol.put('/api/v1/users/{id}', { ...me('carol'), body: { bio: 'Makes music', location: 'Lyon' } });
  const after = await carol.get('/api/v1/users/{id}/completion', me('carol'));
  assert.equal(after.body.percent - before.body.percent, 25);
  assertProblem(await alice.get('/api/v1/users/{id}/completion', me('carol')), 404);
});

test('following counts once, and ends', async () => {
  for (let i = 0; i < 2; i++) {
    const reply = await alice.post('/api/v1/users/{id}/follow', me('carol'));
    assertStatus(reply, 200);
    assert.deepEqual(reply.body, { user_id: ids.carol, is_following: true, follower_count: 1 });
  }
  const seen = await alice.get('/api/v1/users/{id}', me('carol'));
  assert.deepEqual([seen.body.is_following, seen.body.follower_count], [true, 1]);
  assert.equal((await bob.get('/api/v1/users/{id}', me('carol')).then((reply) => reply.body)).is_following, false);
  assert.equal((await alice.get('/api/v1/users/{id}', me('alice'))).body.following_count, 1);
  assert.equal(await world.sql(`select count(*) from outbox where name = 'user.followed' and payload ->> 'follower_id' = '${ids.alice}'`), '1');
  for (let i = 0; i < 2; i++) {
    const reply = await alice.delete('/api/v1/users/{id}/follow', me('carol'));
    assertStatus(reply, 200);
    assert.deepEqual(reply.body, { user_id: ids.carol, is_following: false, follower_count: 0 });
  }
  assertProblem(await alice.post('/api/v1/users/{id}/follow', me('alice')), 409, 'conflict');
  assertProblem(await alice.post('/api/v1/users/{id}/follow', { path: { id: NOBODY } }), 404);
  assertProblem(await alice.delete('/api/v1/users/{id}/follow', { path: { id: NOBODY } }), 404);
});

test('eight follows at once count once', async () => {
  const replies = await Promise.all(Array.from({ length: 8 }, () => root.post('/api/v1/users/{id}/follow', me('dave'))));
  for (const reply of replies) assertStatus(reply, 200);
  assert.equal((await visitor.get('/api/v1/users/{id}', me('dave'))).body.follower_count, 1);
  assert.equal(await world.sql(`select count(*) from outbox where name = 'user.followed' and payload ->> 'follower_id' = '${ids.root}'`), '1');
  await root.delete('/api/v1/users/{id}/follow', me('dave'));
});

test('suggestions are whom those follow that one follows, and creators, never whom one follows already', async () => {
  await alice.post('/api/v1/users/{id}/follow', me('bob'));
  await bob.post('/api/v1/users/{id}/follow', me('mia'));
  assert.deepEqual((await namesIn(alice, '/api/v1/users/suggestions')).slice(0, 3).sort(), ['carol', 'dave', 'mia']);
  assert.equal((await namesIn(alice, '/api/v1/users/suggestions'))[0], 'mia');
  await alice.post('/api/v1/users/{id}/follow', me('mia'));
  assert.ok(!(await namesIn(alice, '/api/v1/users/suggestions')).includes('mia'));
  await alice.delete('/api/v1/users/{id}/follow', me('mia'));
  await alice.delete('/api/v1/users/{id}/follow', me('bob'));
});

test('whom somebody follows is told by no suggestion where they do not show their activity', async () => {
  await world.sql(`insert into user_follows (follower_id, followed_id) values ('${ids.dave}', '${ids.bob}'), ('${ids.bob}', '${ids.mia}') on conflict do nothing`);
  assert.equal((await namesIn(dave, '/api/v1/users/suggestions'))[0], 'mia');
  await world.sql(`insert into user_settings (user_id, show_activity) values ('${ids.bob}', false) on conflict (user_id) do update set show_activity = false`);
  assert.ok(!(await namesIn(dave, '/api/v1/users/suggestions')).includes('mia'), 'only the follow of Bob leads to her');
  await world.sql(`update user_settings set show_activity = true where user_id = '${ids.bob}'`);
  await world.sql(`delete from user_follows where follower_id in ('${ids.dave}', '${ids.bob}')`);
});

test('a blocked person no longer sees or reaches whoever blocked them', async () => {
  const track = await newTrack('carol', 'Not for Dave');
  await world.sql(`insert into track_likes (user_id, track_id) values ('${ids.alice}', '${track}')`);
  await dave.post('/api/v1/users/{id}/follow', me('carol'));
  await carol.post('/api/v1/users/{id}/follow', me('dave'));
  assertStatus(await dave.get('/api/v1/tracks/{id}', { path: { id: track } }), 200);

  for (let i = 0; i < 2; i++) assertStatus(await carol.post('/api/v1/users/{id}/block', me('dave')), 204, 'twice is once');

  assert.equal(await world.sql('select count(*) from user_follows'), await world.sql(`select count(*) from user_follows where '${ids.dave}' not in (follower_id, followed_id)`), 'following ended both ways');
  assertProblem(await dave.get('/api/v1/users/{id}', me('carol')), 404);
  assertProblem(await dave.get('/api/v1/users/by-username/{username}', { path: { username: 'carol' } }), 404);
  assertProblem(await dave.post('/api/v1/users/{id}/follow', me('carol')), 404);
  for (const path of ['likes', 'presence', 'reposts'] as const) assertProblem(await dave.get(`/api/v1/users/{id}/${path}`, me('carol')), 404);
  for (const path of ['', '/status', '/hls/info', '/hls/status'] as const) assertProblem(await dave.get(`/api/v1/tracks/{id}${path}`, { path: { id: track } }), 404);
  assertProblem(await dave.post('/api/v1/tracks/{id}/play', { path: { id: track }, body: { session: randomUUID(), sequence: 0 } }), 404);
  const titles = async (client: Client) => (await client.get('/api/v1/tracks')).body.items.map((one) => one.title);
  assert.deepEqual(await titles(dave), []);
  assert.deepEqual((await dave.get('/api/v1/tracks', { query: { username: 'carol' } })).body.items, []);
  assert.deepEqual((await dave.get('/api/v1/users/{id}/likes', me('alice'))).body.items, [], 'nor in what others like');
  assert.ok(!(await namesIn(dave, '/api/v1/users')).includes('carol'));
  assert.ok(!(await namesIn(dave, '/api/v1/users/suggestions')).includes('carol'));
  assert.deepEqual(await search(dave, 'carol'), []);

  assert.deepEqual(await titles(alice), ['Not for Dave'], 'everybody else does');
  assert.deepEqual(await titles(visitor), ['Not for Dave']);
  const own = await carol.get('/api/v1/users/{id}', me('dave'));
  assert.equal(own.body.is_blocked, true, 'whoever blocks goes on seeing the other');
  assertProblem(await carol.post('/api/v1/users/{id}/follow', me('dave')), 409, 'conflict');
  assert.ok(!(await namesIn(carol, '/api/v1/users/suggestions')).includes('dave'));
  assert.deepEqual((await carol.get('/api/v1/users/me/blocks')).body.items.map((one) => one.username), ['dave']);
  assert.deepEqual((await dave.get('/api/v1/users/me/blocks')).body.items, []);
  assertStatus(await dave.post('/api/v1/users/{id}/block', me('carol')), 204, 'blocking works back');
  assertStatus(await dave.delete('/api/v1/users/{id}/block', me('carol')), 204);

  assertStatus(await carol.delete('/api/v1/users/{id}/block', me('dave')), 204);
  assertProblem(await carol.delete('/api/v1/users/{id}/block', me('dave')), 404);
  assertStatus(await dave.get('/api/v1/users/{id}', me('carol')), 200);
  assert.deepEqual(await titles(dave), ['Not for Dave']);
});

test('an administrator with a second factor who is blocked sees everything all the same, a moderator does not', async () => {
  const track = await newTrack('alice', 'Seen by staff');
  for (const who of ['mia', 'root'] as const) assertStatus(await alice.post('/api/v1/users/{id}/block', me(who)), 204);
  assertStatus(await root.get('/api/v1/users/{id}', me('alice')), 200);
  assertStatus(await root.get('/api/v1/tracks/{id}', { path: { id: track } }), 200);
  assert.ok((await root.get('/api/v1/tracks')).body.items.some((one) => one.id === track));
  assertProblem(await mia.get('/api/v1/users/{id}', me('alice')), 404);
  assertProblem(await mia.get('/api/v1/tracks/{id}', { path: { id: track } }), 404);
  assert.ok(!(await mia.get('/api/v1/tracks')).body.items.some((one) => one.id === track));
  for (const who of ['mia', 'root'] as const) await alice.delete('/api/v1/users/{id}/block', me(who));
});

test('nobody blocks themselves, or somebody who does not exist', async () => {
  assertProblem(await alice.post('/api/v1/users/{id}/block', me('alice')), 409, 'conflict');
  assertProblem(await alice.post('/api/v1/users/{id}/block', { path: { id: ids.alice.toUpperCase() } }), 409, 'conflict');
  assertProblem(await alice.post('/api/v1/users/{id}/block', { path: { id: NOBODY } }), 404);
});

test('likes and reposts show the tracks that the viewer may see, the latest first', async () => {
  const open = await newTrack('carol', 'Open'), second = await newTrack('carol', 'Second');
  const hidden = await world.sql(`insert into tracks (creator_id, title, status, visibility) values ('${ids.carol}', 'Hidden', 'completed', 'private') returning id`);
  for (const [i, id] of [open, second, hidden].entries()) for (const table of ['track_likes', 'track_reposts'])
    await world.sql(`insert into ${table} (user_id, track_id, created_at) values ('${ids.bob}', '${id}', now() + interval '${i} seconds')`);
  for (const path of ['likes', 'reposts'] as const) {
    const list = async (client: Client) => {
      const reply = await client.get(`/api/v1/users/{id}/${path}`, me('bob'));
      assertStatus(reply, 200);
      return reply.body.items.map((one) => one.title);
    };
    assert.deepEqual(await list(alice), ['Second', 'Open']);
    assert.deepEqual(await list(carol), ['Hidden', 'Second', 'Open'], 'its creator sees it');
    assert.deepEqual(await list(bob), ['Second', 'Open'], 'a liked track that was hidden later is gone');
  }
  await bob.put('/api/v1/users/settings', { body: { show_activity: false } });
  assertProblem(await alice.get('/api/v1/users/{id}/likes', me('bob')), 404);
  assertStatus(await bob.get('/api/v1/users/{id}/likes', me('bob')), 200);
  assertStatus(await visitor.get('/api/v1/users/{id}/reposts', me('bob')), 200, 'a repost is meant for others');
  await bob.put('/api/v1/users/settings', { body: { show_activity: true } });
  assertProblem(await visitor.get('/api/v1/users/{id}/reposts', { path: { id: NOBODY } }), 404);
});

test('presence shows to others as far as its owner lets it', async () => {
  const track = await newTrack('dave', 'Playing now');
  const own = await bob.put('/api/v1/users/me/presence', { body: { status: 'online', status_message: 'Listening', track_id: track } });
  assertStatus(own, 200);
  assert.equal(own.body.track_title, 'Playing now');
  const seen = async (client: Client) => {
    const reply = await client.get('/api/v1/users/{id}/presence', me('bob'));
    assertStatus(reply, 200);
    return reply.body;
  };
  assert.deepEqual([(await seen(alice)).status, (await seen(alice)).status_message, (await seen(alice)).track_title], ['online', 'Listening', 'Playing now']);
  await bob.put('/api/v1/users/settings', { body: { show_activity: false } });
  assert.deepEqual([(await seen(alice)).status, (await seen(alice)).track_title], ['online', null]);
  await bob.put('/api/v1/users/settings', { body: { show_activity: true } });
  const kept = await bob.put('/api/v1/users/me/presence', { body: { status: 'busy', invisible: true } });
  assert.deepEqual([kept.body.status_message, kept.body.track_title], ['Listening', 'Playing now'], 'what was not given stays');
  assert.deepEqual(await seen(alice), { user_id: ids.bob, status: 'offline', last_seen_at: null, status_message: null, track_id: null, track_title: null, invisible: false });
  assert.deepEqual([(await seen(bob)).status, (await seen(bob)).invisible], ['busy', true]);
  await bob.put('/api/v1/users/me/presence', { body: { status: 'online', invisible: false } });
  await world.sql(`update user_presence set last_seen_at = now() - interval '6 minutes' where user_id = '${ids.bob}'`);
  assert.deepEqual([(await seen(alice)).status, (await seen(alice)).track_title], ['offline', null]);
  assert.equal((await alice.get('/api/v1/users/{id}/presence', me('root'))).body.status, 'offline', 'never heard of');
  assertProblem(await alice.get('/api/v1/users/{id}/presence', { path: { id: NOBODY } }), 404);
});

test('a track that one may not hear is no presence', async () => {
  const hidden = await world.sql(`insert into tracks (creator_id, title, status, visibility) values ('${ids.carol}', 'Secret title', 'completed', 'private') returning id`);
  const own = await alice.put('/api/v1/users/me/presence', { body: { status: 'online', track_id: hidden } });
  assert.deepEqual([own.body.track_id, own.body.track_title], [null, null]);
  await carol.put('/api/v1/users/me/presence', { body: { status: 'online', track_id: hidden } });
  assert.equal((await alice.get('/api/v1/users/{id}/presence', me('carol'))).body.track_title, null);
});

test('settings keep what was not given, and take time zones that exist', async () => {
  const before = await alice.get('/api/v1/users/settings');
  assertStatus(before, 200);
  const changed = await alice.put('/api/v1/users/settings', { body: { language: 'fr', timezone: 'Europe/Paris', theme: 'dark', email_on_like: true } });
  assertStatus(changed, 200);
  assert.deepEqual(changed.body, { ...before.body, language: 'fr', timezone: 'Europe/Paris', theme: 'dark', email_on_like: true });
  assert.deepEqual((await alice.get('/api/v1/users/settings')).body, changed.body);
  assert.equal((await bob.get('/api/v1/users/settings')).body.language, 'en', 'nobody else\'s');
  assertProblem(await alice.put('/api/v1/users/settings', { body: { timezone: 'Mars/Olympus_Mons' } }), 422, 'validation');
});

test('opting out of selling is remembered, and Sec-GPC asks for it', async () => {
  const out = await alice.post('/api/v1/users/me/privacy/opt-out', { body: {} });
  assertStatus(out, 200);
  assert.deepEqual([out.body.do_not_sell, out.body.do_not_sell_source], [true, 'person']);
  const again = await alice.post('/api/v1/users/me/privacy/opt-out', { body: { opt_out: true } });
  assert.equal(again.body.do_not_sell_at, out.body.do_not_sell_at, 'since the first time');
  assert.equal((await alice.post('/api/v1/users/me/privacy/opt-out', { body: { opt_out: false } })).body.do_not_sell, false);
  await bob.put('/api/v1/users/settings', { body: { email_marketing: true } });
  assert.equal((await bob.get('/api/v1/users/settings', { headers: { 'sec-gpc': '0' } })).body.do_not_sell, false);
  const heard = await bob.get('/api/v1/users/settings', { headers: { 'sec-gpc': '1' } });
  assert.deepEqual([heard.body.do_not_sell, heard.body.email_marketing], [true, false]);
  assert.equal((await bob.get('/api/v1/users/settings')).body.do_not_sell, true);
});

test('a new password ends all other sessions and no other person\'s', async () => {
  const here = await browser(visitor, emailOf('dave')), there = await browser(visitor, emailOf('dave'));
  const change = (body: { current_password: string; new_password: string }) => visitor.put('/api/v1/users/me/password', { as: here, body });
  const wrong = assertProblem(await change({ current_password: 'not it', new_password: 'another good one' }), 422, 'validation');
  assert.equal(wrong.errors?.[0]?.field, 'current_password');
  assert.equal(assertProblem(await change({ current_password: PASSWORD, new_password: PASSWORD }), 422).errors?.[0]?.field, 'new_password');
  assertStatus(await visitor.get('/api/v1/auth/me', { as: there }), 200);
  assertStatus(await change({ current_password: PASSWORD, new_password: 'another good one' }), 200);
  assertProblem(await visitor.get('/api/v1/auth/me', { as: there }), 401);
  assertProblem(await visitor.post('/api/v1/auth/refresh', { as: there, body: {} }), 401);
  assertProblem(await dave.get('/api/v1/auth/me'), 401, 'unauthenticated', 'the token of the template is of another session');
  assertStatus(await visitor.get('/api/v1/auth/me', { as: here }), 200);
  assertStatus(await carol.get('/api/v1/auth/me'), 200);
  assertProblem(await visitor.post('/api/v1/auth/login', { body: { email: emailOf('dave'), password: PASSWORD } }), 401, 'invalid_credentials');
  assertStatus(await visitor.post('/api/v1/auth/login', { body: { email: emailOf('dave'), password: 'another good one' } }), 200);
});

test('of two password changes at once, one wins', async () => {
  const sessions = await Promise.all([browser(visitor, emailOf('bob')), browser(visitor, emailOf('bob'))]);
  const replies = await Promise.all(sessions.map((as, i) => visitor.put('/api/v1/users/me/password', { as, body: { current_password: PASSWORD, new_password: `the new one ${i}` } })));
  const statuses = replies.map((reply) => reply.status).sort();
  assert.equal(statuses[0], 200);
  assert.ok([401, 409, 422].includes(statuses[1]!), `${statuses}`);
  const won = replies.findIndex((reply) => reply.status === 200);
  assertStatus(await visitor.post('/api/v1/auth/login', { body: { email: emailOf('bob'), password: `the new one ${won}` } }), 200);
});

onDisk('a picture is made anew, shown by its address, and goes away', async () => {
  const form = (bytes: Uint8Array, name = 'me.png') => {
    const data = new FormData();
    data.set('avatar', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), name);
    return data as never;
  };
  const put = await alice.post('/api/v1/users/{id}/avatar', { ...me('alice'), body: form(png(700, 640)) });
  assertStatus(put, 200);
  assert.equal((await visitor.get('/api/v1/users/{id}', me('alice'))).body.avatar, put.body.avatar);
  const picture = await visitor.send('GET', put.body.avatar);
  assertStatus(picture, 200);
  assert.equal(picture.headers.get('content-type'), 'image/webp');
  assert.equal(picture.bytes.subarray(8, 12).toString(), 'WEBP');
  const next = await alice.post('/api/v1/users/{id}/avatar', { ...me('alice'), body: form(png(320, 320)) });
  assert.notEqual(next.body.avatar, put.body.avatar);
  assert.equal(await folders('alice'), 1, 'the old files are gone');
  assertProblem(await alice.post('/api/v1/users/{id}/avatar', { ...me('alice'), body: form(Buffer.from('<svg onload="alert(1)"/>')) }), 422, 'validation');
  assert.equal(await folders('alice'), 1, 'nothing is left of a refused one');
  assertStatus(await visitor.send('GET', next.body.avatar), 200);
  for (const other of [carol, root]) {
    assertProblem(await other.post('/api/v1/users/{id}/avatar', { ...me('alice'), body: form(png(320, 320)) }), 404);
    assertProblem(await other.delete('/api/v1/users/{id}/avatar', me('alice')), 404);
  }
  await alice.post('/api/v1/users/{id}/block', me('carol'));
  assertProblem(await carol.send('GET', next.body.avatar), 404);
  await alice.delete('/api/v1/users/{id}/block', me('carol'));
  assertStatus(await alice.delete('/api/v1/users/{id}/avatar', me('alice')), 204);
  assertProblem(await visitor.send('GET', next.body.avatar), 404);
  assert.equal((await alice.get('/api/v1/users/{id}', me('alice'))).body.avatar, null);
  assert.equal(await folders('alice'), 0);
});

onDisk('a picture that cannot be kept is refused, and nothing points at it', async () => {
  const full = await World.start('people-full');
  const { mkdirSync, writeFileSync } = await import('node:fs');
  mkdirSync(`${full.server.dataDir}/files`, { recursive: true });
  writeFileSync(`${full.server.dataDir}/files/avatars`, 'a file where the folder should be');
  const form = new FormData();
  form.set('avatar', new Blob([new Uint8Array(png(320, 320))], { type: 'image/png' }), 'me.png');
  assertProblem(await full.as('alice').post('/api/v1/users/{id}/avatar', { ...me('alice'), body: form as never }), 507, 'storage_full');
  assert.equal((await full.visitor.get('/api/v1/users/{id}', me('alice'))).body.avatar, null);
});

async function folders(person: Person): Promise<number> {
  const { existsSync, readdirSync } = await import('node:fs');
  const top = `${world.server.dataDir}/files/avatars/${ids[person]}`;
  return existsSync(top) ? readdirSync(top).length : 0;
}

test('counters of followers stay equal to the rows when many follow and unfollow at once', async () => {
  const people = (['bob', 'carol', 'dave', 'mia', 'root'] as Person[]);
  await Promise.all(Array.from({ length: 4 }).flatMap(() => people.flatMap((one) => people.filter((other) => other !== one).flatMap((other) => [
    world.as(one).post('/api/v1/users/{id}/follow', me(other)), world.as(one).delete('/api/v1/users/{id}/follow', me(other)),
  ]))));
  assert.equal(await world.sql(`select count(*) from users u left join user_stats n on n.user_id = u.id
    where coalesce(n.follower_count, 0) <> (select count(*) from user_follows f where f.followed_id = u.id)
       or coalesce(n.following_count, 0) <> (select count(*) from user_follows f where f.follower_id = u.id)`), '0');
  await world.sql('delete from user_follows');
  assert.equal(await world.sql('select coalesce(sum(follower_count + following_count), 0) from user_stats'), '0');
});
