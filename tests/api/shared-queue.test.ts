/** A queue that several people fill, by a link: orders, votes, what guests may do, and links that were withdrawn. */
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { assertProblem, assertStatus, type BodyOf, type Client, type Reply } from '../support/client.ts';
import { Live } from '../support/live.ts';
import { playable } from '../support/tracks.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('shared-queue', { TRUSTED_PROXIES: '127.0.0.1' });
const host = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), dave = world.as('dave'), mia = world.as('mia'), visitor = world.visitor;
const tracks: string[] = [];
for (const title of ['One', 'Two', 'Three', 'Four', 'Five', 'Six']) tracks.push((await playable(carol, { title, is_public: 'true' })).id);
const track = (n: number) => tracks[n - 1]!;

const ROOT = '/api/v1/queue/session/{token}';
type Settings = NonNullable<NonNullable<Parameters<typeof host.post<'/api/v1/queue/session'>>[1]>['body']>;
type As = { headers?: Record<string, string> };
type Items = BodyOf<'get', '/api/v1/queue/session/{token}/items'>['items'];

async function begin(settings: Settings = {}, who = host): Promise<string> {
  const reply = await who.post('/api/v1/queue/session', { body: settings });
  assertStatus(reply, 201);
  return reply.body.token;
}
const get = async (token: string, who: Client = host, as: As = {}) => {
  const reply = await who.get(ROOT, { path: { token }, ...as });
  assertStatus(reply, 200);
  return reply.body;
};
const items = async (token: string, who: Client = host, as: As = {}): Promise<Items> => {
  const reply = await who.get(`${ROOT}/items`, { path: { token }, query: { limit: 100 }, ...as });
  assertStatus(reply, 200);
  return reply.body.items;
};
const order = async (token: string) => (await items(token)).map((one) => one.title).join(' ');
const ask = (token: string, who: Client, n: number, as: As = {}) => who.post(`${ROOT}/items`, { path: { token }, body: { track_id: track(n) }, ...as });
const asks = async (token: string, who: Client, n: number, as: As = {}): Promise<string> => {
  const reply = await ask(token, who, n, as);
  assertStatus(reply, 201);
  return reply.body.id;
};
const vote = (token: string, who: Client, id: string, as: As = {}) => who.post(`${ROOT}/items/{id}/vote`, { path: { token, id }, ...as });
const unvote = (token: string, who: Client, id: string, as: As = {}) => who.delete(`${ROOT}/items/{id}/vote`, { path: { token, id }, ...as });
const takeBack = (token: string, who: Client, id: string, as: As = {}) => who.delete(`${ROOT}/items/{id}`, { path: { token, id }, ...as });
const next = (token: string, who: Client, leaving: string | null, as: As = {}) => who.post(`${ROOT}/next`, { path: { token }, body: { leaving }, ...as });
const seek = (token: string, who: Client, item: string) => who.put(`${ROOT}/position`, { path: { token }, body: { item, offset_ms: 30_000, is_playing: false } });
const change = (token: string, who: Client, body: NonNullable<NonNullable<Parameters<typeof host.patch<typeof ROOT>>[1]>['body']>) => who.patch(ROOT, { path: { token }, body });
const come = (token: string, name: string, address = '127.0.0.1', who = visitor) => who.post(`${ROOT}/guests`, { path: { token }, body: { name }, headers: { 'x-forwarded-for': address } });
const join = async (token: string, name: string, address?: string): Promise<As> => {
  const reply = await come(token, name, address);
  assertStatus(reply, 201);
  return { headers: { 'x-queue-guest': reply.body.key } };
};
const people = async (token: string, who: Client = host) => {
  const reply = await who.get(`${ROOT}/guests`, { path: { token }, query: { limit: 100 } });
  assertStatus(reply, 200);
  return reply.body.items;
};
const expel = async (token: string, name: string) => assertStatus(await host.delete(`${ROOT}/guests/{id}`, { path: { token, id: (await people(token)).find((one) => one.name === name)!.id } }), 204);
const votes = async (token: string) => Object.fromEntries((await items(token)).map((item) => [item.title, item.vote_count]));
/** Everything that one can do with a link. */
const all = (token: string, who: Client, as: As = {}): Promise<Reply>[] => [
  who.get(ROOT, { path: { token }, ...as }), who.get(`${ROOT}/items`, { path: { token }, ...as }), who.get(`${ROOT}/guests`, { path: { token }, ...as }),
  ask(token, who, 1, as), vote(token, who, randomUUID(), as), unvote(token, who, randomUUID(), as), takeBack(token, who, randomUUID(), as), next(token, who, null, as),
  who.post(`${ROOT}/guests`, { path: { token }, body: { name: 'Again' }, ...as }),
];
const allOfHost = (token: string, who: Client): Promise<Reply>[] => [
  change(token, who, { name: 'Mine' }), who.delete(ROOT, { path: { token } }), who.delete(`${ROOT}/guests/{id}`, { path: { token, id: randomUUID() } }),
  seek(token, who, randomUUID()),
];

test('tracks are played as they were asked for; whoever looks needs no account and sees no track that is not for them', async () => {
  const token = await begin({ name: 'Friday' });
  const mine = await playable(carol, { title: 'Sketch', is_public: 'false' });
  for (const [who, n] of [[bob, 1], [dave, 2], [bob, 3]] as const) await asks(token, who, n);
  assert.equal(await order(token), 'One Two Three');
  const seen = await get(token, visitor);
  assert.deepEqual([seen.name, seen.order, seen.is_host, seen.person_id, seen.item_count, seen.host.username], ['Friday', 'fifo', false, null, 3, 'alice']);
  assert.deepEqual((await items(token, bob)).map((one) => [one.asked_by, one.is_mine, one.is_voted, one.vote_count]), [['bob', true, true, 1], ['dave', false, false, 1], ['bob', true, true, 1]]);
  assertProblem(await carol.post(`${ROOT}/items`, { path: { token }, body: { track_id: mine.id } }), 422, 'validation');
  await carol.put('/api/v1/tracks/{id}', { path: { id: track(2) }, body: { is_public: false } });
  assert.deepEqual((await items(token, visitor)).map((one) => one.title), ['One', null, 'Three']);
  await carol.put('/api/v1/tracks/{id}', { path: { id: track(2) }, body: { is_public: true } });
  assert.deepEqual((await host.get(`${ROOT}/guests`, { path: { token } })).body.items.map((one) => one.name), ['bob', 'dave']);
});

test('in rounds, nobody plays twice before the others had their turn, and whoever comes late does not catch up', async () => {
  const token = await begin({ order: 'round_robin' });
  for (const n of [1, 2, 3, 4]) await asks(token, bob, n);
  await asks(token, dave, 5);
  assert.equal(await order(token), 'One Five Two Three Four');
  let leaving: string | null = null;
  for (const title of ['One', 'Five', 'Two', 'Three']) {
    const reply: Awaited<ReturnType<typeof next>> = await next(token, host, leaving);
    assertStatus(reply, 200);
    leaving = reply.body.current_item;
    assert.equal((await items(token))[0]!.title, title);
  }
  await asks(token, mia, 6);
  assert.equal(await order(token), 'Three Four Six', 'the one who just came is not before what was asked for in the same round');
});

test('with votes, what most want comes first; the same track twice is one entry and a vote, which one takes back', async () => {
  const token = await begin({ order: 'votes' });
  const one = await asks(token, bob, 1), two = await asks(token, bob, 2);
  assert.equal(await asks(token, dave, 2), two);
  assert.equal(await order(token), 'Two One');
  for (let i = 0; i < 3; i += 1) assertStatus(await vote(token, mia, one), 200);
  const reply = await vote(token, dave, one);
  assertStatus(reply, 200);
  assert.equal(reply.body.vote_count, 3, 'a person has one vote');
  assert.equal(await order(token), 'One Two');
  for (const who of [mia, dave]) assertStatus(await unvote(token, who, one), 200);
  assert.equal(await order(token), 'Two One');
  assertStatus(await takeBack(token, bob, two), 204);
  assert.deepEqual((await items(token, dave)).map((item) => [item.title, item.vote_count, item.is_mine]), [['One', 1, false], ['Two', 1, true]], 'another one wants it');
  assertProblem(await takeBack(token, mia, one), 403, 'forbidden');
  const elsewhere = await begin({}, bob);
  for (const act of [vote, unvote, takeBack]) assertProblem(await act(elsewhere, bob, one), 404, 'not_found', 'of another session');
  assertStatus(await takeBack(token, bob, one), 204);
  assertStatus(await takeBack(token, host, two), 204);
  assert.deepEqual(await items(token), []);
  for (const act of [vote, unvote, takeBack]) assertProblem(await act(token, bob, one), 404, 'not_found');
  const again = await Promise.all([bob, dave, mia, carol].map((who) => ask(token, who, 3)));
  assert.equal(new Set(again.map((answer) => answer.status === 201 && answer.body.id)).size, 1, 'also when they ask at once');
});

test('a guest without an account adds and votes; skipping is the host’s, unless they allow it, and where it plays only they tell', async () => {
  const token = await begin();
  const ann = await join(token, 'Ann'), ben = await join(token, 'Ben');
  assertProblem(await ask(token, visitor, 1), 403, 'forbidden');
  const one = await asks(token, visitor, 1, ann);
  assertStatus(await vote(token, visitor, one, ben), 200);
  assert.deepEqual((await items(token, visitor, ann)).map((item) => [item.asked_by, item.is_mine, item.is_voted, item.vote_count]), [['Ann', true, true, 2]]);
  for (const [who, as] of [[visitor, ann], [bob, {}]] as const) {
    assertProblem(await next(token, who, null, as), 403, 'forbidden');
    for (const refused of await Promise.all(allOfHost(token, bob))) assertProblem(refused, 403, 'forbidden');
  }
  assertStatus(await change(token, host, { guests_may_skip: true, guests_may_add: false }), 200);
  assertProblem(await ask(token, visitor, 2, ann), 403, 'forbidden');
  assertStatus(await next(token, visitor, null, ben), 200);
  const reply = await seek(token, host, one);
  assertStatus(reply, 200);
  assert.deepEqual([reply.body.current_item, reply.body.offset_ms, reply.body.is_playing], [one, 30_000, false]);
  assertProblem(await seek(token, host, randomUUID()), 409, 'conflict');
  assertProblem(await takeBack(token, host, one), 409, 'conflict');
  assertProblem(await ask(token, visitor, 2, { headers: { 'x-queue-guest': 'a key of nobody' } }), 403, 'forbidden');
});

test('"next" names what it leaves, so two who press at once go on by one; when nothing waits, the list that the host chose goes on', async () => {
  const token = await begin();
  const made = await host.post('/api/v1/playlists', { body: { name: 'Spare' } });
  assertStatus(made, 201);
  const spare = await host.post('/api/v1/playlists/{id}/tracks', { path: { id: made.body.id }, body: { track_id: track(6) } });
  assertStatus(spare, 201);
  const theirs = await bob.post('/api/v1/playlists', { body: { name: 'Not hers', is_public: true } });
  assertStatus(theirs, 201);
  assertProblem(await change(token, host, { fallback_playlist_id: theirs.body.id }), 422, 'validation');
  assertStatus(await change(token, host, { fallback_playlist_id: made.body.id }), 200);
  const one = await asks(token, bob, 1);
  await asks(token, bob, 2);
  assertStatus(await next(token, host, null), 200);
  const presses = await Promise.all([1, 2, 3, 4].map(() => next(token, host, one)));
  assert.deepEqual(presses.map((reply) => reply.status).sort(), [200, 409, 409, 409]);
  let leaving = (await get(token)).current_item;
  assert.equal((await items(token))[0]!.title, 'Two');
  for (let i = 0; i < 2; i += 1) {
    assertStatus(await next(token, host, leaving), 200);
    leaving = (await get(token)).current_item;
    assert.deepEqual((await items(token)).map((item) => [item.title, item.is_current]), [['Six', true]], 'also from its beginning again');
  }
  const block = { path: { id: template.ids.alice } };
  assertStatus(await carol.post('/api/v1/users/{id}/block', block), 204);
  assert.equal((await next(token, host, leaving)).body.current_item, null, 'the host may not hear it any more');
  assertStatus(await carol.delete('/api/v1/users/{id}/block', block), 204);
  leaving = (await next(token, host, null)).body.current_item;
  assert.ok(leaving);
  assertStatus(await host.delete('/api/v1/playlists/{id}', { path: { id: made.body.id } }), 204);
  assert.equal((await next(token, host, leaving)).body.current_item, null, 'the list was deleted');
  leaving = null;
  assertStatus(await change(token, host, { fallback_playlist_id: null }), 200);
  const silent = await next(token, host, leaving);
  assertStatus(silent, 200);
  assert.deepEqual([silent.body.current_item, silent.body.is_playing], [null, false]);
});

test('a person has so many tracks waiting, a session so many people, and a host so many sessions', async () => {
  const token = await begin({ per_person: 2 }, mia);
  await asks(token, bob, 1);
  await asks(token, bob, 2);
  assertProblem(await ask(token, bob, 3), 409, 'conflict');
  await asks(token, mia, 3);
  await world.sql(`insert into queue_session_people (session_id, name, key_hash) select s.id, 'Crowd', 'none of ' || n || s.id from queue_sessions s, generate_series(1, 200) n where s.creator_id = '${template.ids.mia}'`);
  assertProblem(await visitor.post(`${ROOT}/guests`, { path: { token }, body: { name: 'Late' } }), 409, 'conflict');
  const item = (await items(token))[0]!.id;
  for (const act of [vote, unvote, takeBack]) assertProblem(await act(token, dave, item), 409, 'conflict');
  const more = await Promise.all(Array.from({ length: 19 }, () => begin({}, mia)));
  assertProblem(await mia.post('/api/v1/queue/session', { body: {} }), 409, 'conflict');
  assertStatus(await mia.delete(ROOT, { path: { token: more[0]! } }), 204);
  await begin({}, mia);
});

test('sessions that one begins at once are 20 at most, and of links that are made at once one holds', async () => {
  const all = await Promise.all(Array.from({ length: 26 }, () => dave.post('/api/v1/queue/session', { body: {} })));
  const made = all.flatMap((reply) => (reply.status === 201 ? [reply.body.token] : []));
  assert.equal(made.length, 20);
  const links = await Promise.all(Array.from({ length: 6 }, () => dave.post(`${ROOT}/link`, { path: { token: made[0]! } })));
  const open = await Promise.all(links.map(async (reply) => reply.status === 201 && (await dave.get(ROOT, { path: { token: reply.body.token } })).status === 200));
  assert.equal(open.filter(Boolean).length, 1);
  for (const token of made.slice(1)) assertStatus(await dave.delete(ROOT, { path: { token } }), 204);
});

test('from one network come as many guests as the host lets in; whoever was removed leaves their place to others, and a new link takes away guests of whom no track is there', async () => {
  const token = await begin();
  assert.equal((await get(token)).guests_per_address, 10);
  const crowd = await Promise.all(Array.from({ length: 14 }, (_, n) => come(token, `Crowd ${n}`, n % 2 ? '2001:db8:7:1::1' : '2001:db8:7:1::2')));
  assert.equal(crowd.filter((reply) => reply.status === 201).length, 10, 'also when they come at once; of IPv6 the network counts');
  await expel(token, (await people(token))[0]!.name);
  assertProblem(await come(token, 'Back again', '2001:db8:7:1::3'), 409, 'conflict');
  const ann = await join(token, 'Ann', '2001:db8:7:2::1');
  assertStatus(await change(token, host, { guests_per_address: 12 }), 200);
  const ben = await join(token, 'Ben', '2001:db8:7:1::3');
  await world.sql(`insert into queue_session_people (session_id, name, key_hash, removed_at) select s.id, 'Crowd', 'removed ' || n || s.id, now() from queue_sessions s, generate_series(1, 300) n where s.id = '${(await get(token)).id}'`);
  await asks(token, bob, 1);
  const ferry = await asks(token, visitor, 2, ann);
  assertStatus(await vote(token, visitor, ferry, ben), 200);
  assert.deepEqual([(await get(token)).person_count, (await people(token)).length], [12, 12]);
  const made = await host.post(`${ROOT}/link`, { path: { token } });
  assertStatus(made, 201);
  assert.deepEqual([(await people(made.body.token)).map((one) => one.name), await votes(made.body.token)], [['Ann', 'bob'], { One: 1, Two: 1 }]);
  assertProblem(await vote(made.body.token, visitor, ferry, ben), 403, 'forbidden');
  assertStatus(await vote(made.body.token, visitor, ferry, ann), 200);
  assertStatus(await host.delete(ROOT, { path: { token: made.body.token } }), 204);
  assert.equal(await world.sql('select count(*) from queue_session_people p join queue_sessions s on s.id = p.session_id and s.ended_at is not null where p.address is not null'), '0');
});

test('nobody has two votes: not by an account and a name, nor after being removed', async () => {
  const token = await begin({ order: 'votes' });
  const ann = await join(token, 'Ann');
  const one = await asks(token, bob, 1), two = await asks(token, dave, 2);
  for (const id of [one, two]) assertStatus(await vote(token, visitor, id, ann), 200);
  assertStatus(await vote(token, mia, two), 200);
  assertProblem(await come(token, 'Bobby', '192.0.2.1', bob), 403, 'forbidden');
  assert.deepEqual(await votes(token), { Two: 3, One: 2 });
  await Promise.all([expel(token, 'Ann'), expel(token, 'mia'), ...Array.from({ length: 8 }, () => vote(token, visitor, one, ann)), ...Array.from({ length: 8 }, () => vote(token, mia, one))]);
  assert.deepEqual(await votes(token), { Two: 1, One: 1 }, 'also when they vote at that moment');
  for (const [who, as] of [[visitor, ann], [mia, {}]] as const) assertProblem(await vote(token, who, one, as), 403, 'removed');
});

test('a guest is marked as one, and has a name that one can see and that is not the host’s', async () => {
  const token = await begin();
  for (const name of [' ', '\u200b', '\u3164\u2800', '\u00a0\u2060 ', 'alice', ' ALICE ', 'al\u200bice', 'ａｌｉｃｅ', 'álice']) assertProblem(await come(token, name), 422, 'validation', JSON.stringify(name));
  await asks(token, visitor, 1, await join(token, 'bob'));
  await asks(token, bob, 2);
  await join(token, '👩‍🎤');
  await join(token, 'سارة');
  assert.deepEqual((await items(token)).map((item) => [item.asked_by, item.asked_by_guest]), [['bob', true], ['bob', false]]);
  assert.deepEqual((await people(token)).map((one) => [one.name, one.user?.username]), [['bob', undefined], ['bob', 'bob'], ['👩‍🎤', undefined], ['سارة', undefined]]);
});

test('whom the host has blocked finds no session, nor does anybody while the host is about to leave; whoever blocked the reader has no name', async () => {
  const token = await begin({}, carol);
  const topic = `queuesession:${(await get(token, carol)).id}`;
  await asks(token, bob, 1);
  await asks(token, mia, 2);
  const live = await Live.open(bob);
  assert.equal((await live.subscribe(topic)).type, 'subscribed');
  const block = (who: Client, whom: 'bob' | 'carol', undo = false) => {
    const of = { path: { id: template.ids[whom] } };
    return undo ? who.delete('/api/v1/users/{id}/block', of) : who.post('/api/v1/users/{id}/block', of);
  };
  assertStatus(await block(mia, 'bob'), 204);
  assert.deepEqual([(await items(token, bob)).map((item) => item.asked_by), (await people(token, bob)).map((one) => [one.name, one.user?.username])], [['bob', ''], [['bob', 'bob'], ['', undefined]]]);
  assertStatus(await block(mia, 'bob', true), 204);
  assertStatus(await block(carol, 'bob'), 204);
  for (const reply of await Promise.all([...all(token, bob), ...allOfHost(token, bob)])) assertProblem(reply, 404, 'not_found');
  await live.hears('ended', (message) => message.topic === topic);
  await get(token, mia);
  assertStatus(await block(carol, 'bob', true), 204);
  await get(token, bob);
  await world.sql(`update users set deletion_at = now() + interval '7 days' where id = '${template.ids.carol}'`);
  for (const who of [bob, visitor]) for (const reply of await Promise.all(all(token, who))) assertProblem(reply, 404, 'not_found');
  await get(token, carol);
  await world.sql(`update users set deletion_at = null where id = '${template.ids.carol}'`);
  await get(token, bob);
  live.end();
});

test('a link that was withdrawn, a session that has ended and a guest who was removed are refused at the next call; an unknown link does not exist', async () => {
  const token = await begin();
  const ann = await join(token, 'Ann');
  await asks(token, visitor, 1, ann);
  for (const reply of await Promise.all([...all('nothing-like-it', bob), ...allOfHost('nothing-like-it', host), host.post(`${ROOT}/link`, { path: { token: 'nothing-like-it' } })])) assertProblem(reply, 404, 'not_found');
  const { items: people } = (await host.get(`${ROOT}/guests`, { path: { token } })).body;
  assertStatus(await host.delete(`${ROOT}/guests/{id}`, { path: { token, id: people[0]!.id } }), 204);
  assertProblem(await host.delete(`${ROOT}/guests/{id}`, { path: { token, id: people[0]!.id } }), 404, 'not_found');
  for (const reply of await Promise.all(all(token, visitor, ann))) assertProblem(reply, 403, 'removed');
  assert.deepEqual(await items(token), [], 'with what she asked for');
  assertProblem(await bob.post(`${ROOT}/link`, { path: { token } }), 403, 'forbidden');
  const made = await host.post(`${ROOT}/link`, { path: { token } });
  assertStatus(made, 201);
  for (const reply of await Promise.all([...all(token, visitor), ...all(token, bob), ...allOfHost(token, host)])) assertProblem(reply, 403, 'forbidden');
  await asks(made.body.token, bob, 1);
  const renewed = await host.post(`${ROOT}/link`, { path: { token } });
  assertStatus(renewed, 201);
  assertProblem(await bob.get(ROOT, { path: { token: made.body.token } }), 403, 'forbidden');
  assertStatus(await host.delete(ROOT, { path: { token: renewed.body.token } }), 204);
  for (const reply of await Promise.all([...all(renewed.body.token, host), ...allOfHost(renewed.body.token, host)])) assertProblem(reply, 403, 'forbidden');
  assertProblem(await host.post(`${ROOT}/link`, { path: { token } }), 403, 'forbidden');
  assert.equal(await world.sql(`select count(*) from queue_session_links l where l.token_hash in ('${token}', '${made.body.token}', '${renewed.body.token}')`), '0', 'links are kept as hashes');
});

test('those who take part with an account hear of each change, until they are removed', async () => {
  const token = await begin();
  const topic = `queuesession:${(await get(token)).id}`;
  const live = await Live.open(bob), stranger = await Live.open(dave);
  const item = await asks(token, bob, 1);
  assert.equal((await stranger.subscribe(topic)).type, 'refused');
  assert.equal((await live.subscribe(topic)).type, 'subscribed');
  assertStatus(await next(token, host, null), 200);
  const heard = await live.hears('queuesession.changed', (message) => message.current_item === item);
  assert.deepEqual([heard.is_playing, heard.ended, heard.version], [true, false, (await get(token)).version]);
  assertStatus(await host.delete(`${ROOT}/guests/{id}`, { path: { token, id: (await get(token, bob)).person_id! } }), 204);
  await live.hears('ended', (message) => message.topic === topic);
  live.end();
  stranger.end();
});

test('one asks for what one may open oneself and the host may play: public, unlisted by its address, and private only as the host who made it', async () => {
  const token = await begin();
  const made = async (creator: Client, title: string, visibility: string) => (await playable(creator, { title, visibility })).id;
  const hers = await made(carol, 'Host draft', 'private'), unlisted = await made(carol, 'Unlisted', 'unlisted'), draft = await made(carol, 'Draft', 'private');
  await world.sql(`update tracks set creator_id = '${template.ids.alice}' where id = '${hers}'`);
  const want = (who: Client, track_id: string, as: As = {}) => who.post(`${ROOT}/items`, { path: { token }, body: { track_id }, ...as });
  const ann = await join(token, 'Ann');
  for (const [who, as] of [[bob, {}], [carol, {}], [visitor, ann], [host, {}]] as const) assertProblem(await want(who, draft, as), 422, 'validation');
  const refusals = [await want(bob, hers), await want(bob, randomUUID()), await want(visitor, hers, ann)];
  for (const reply of refusals) assertProblem(reply, 422, 'validation');
  assert.equal(new Set(refusals.map((reply) => (reply.body as { detail?: string }).detail)).size, 1, 'whether it exists is not told');

  assertStatus(await want(visitor, unlisted, ann), 201);
  assertStatus(await want(bob, unlisted), 201);
  assertStatus(await want(host, hers), 201);
  assert.deepEqual((await items(token, bob)).map((one) => one.title), ['Unlisted', null], 'a private one has no name for others');

  for (const blocked of [template.ids.bob, template.ids.alice]) {
    const again = await begin({}, blocked === template.ids.alice ? host : dave);
    assertStatus(await carol.post('/api/v1/users/{id}/block', { path: { id: blocked } }), 204);
    assertProblem(await bob.post(`${ROOT}/items`, { path: { token: again }, body: { track_id: unlisted } }), 422, 'validation', blocked);
    assertStatus(await carol.delete('/api/v1/users/{id}/block', { path: { id: blocked } }), 204);
    assertStatus(await bob.post(`${ROOT}/items`, { path: { token: again }, body: { track_id: unlisted } }), 201);
  }
});

test('who came by a link that is withdrawn hears no more after five seconds, and hears again when they come by the new one', async () => {
  const token = await begin();
  const topic = `queuesession:${(await get(token)).id}`, live = await Live.open(bob), hosts = await Live.open(host);
  await asks(token, bob, 1);
  for (const one of [live, hosts]) assert.equal((await one.subscribe(topic)).type, 'subscribed');
  const renewed = (await host.post(`${ROOT}/link`, { path: { token } })).body.token, at = Date.now();
  await live.hears('ended', (message) => message.topic === topic);
  assert.ok(Date.now() - at < 6500, `${Date.now() - at} ms`);
  const before = live.all('queuesession.changed').length;
  await asks(renewed, host, 2);
  const { version } = await get(renewed);
  await hosts.hears('queuesession.changed', (message) => message.version === version);
  assert.equal((await live.subscribe(topic)).type, 'refused', 'nor by asking for it');
  assertProblem(await bob.get(ROOT, { path: { token } }), 403, 'forbidden');
  assert.equal((await live.subscribe(topic)).type, 'refused', 'an old link does not help');
  assert.equal(live.all('queuesession.changed').length, before);
  await get(renewed, bob);
  assert.equal((await live.subscribe(topic)).type, 'subscribed');
  await asks(renewed, host, 3);
  const last = (await get(renewed)).version;
  await live.hears('queuesession.changed', (message) => message.version === last);
  live.end();
  hosts.end();
});
