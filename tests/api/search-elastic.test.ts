/** Elasticsearch beside PostgreSQL: what reaches it, that it only proposes, that its failures are nobody's, and that nothing deleted comes back. */
import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { assertProblem, assertStatus, type Client } from '../support/client.ts';
import { Elasticsearch, type Call } from '../support/elasticsearch.ts';
import { namesOf, text } from '../support/golden.ts';
import { full } from '../support/level.ts';
import { BINARY, ROOT, WORK } from '../support/paths.ts';
import { pause, until } from '../support/wait.ts';
import { template, World } from '../support/world.ts';

const run = promisify(execFile);
const ALIAS = 'veza-search', KINDS = { tracks: 1, releases: 2, users: 3, playlists: 4 } as const;
const elastic = await new Elasticsearch().start();
/* The stand-in shares its processor with the tests: it is not given up for slowness as early as a real one. */
const settings = { ELASTICSEARCH_URL: elastic.url(), ELASTICSEARCH_TIMEOUT_MS: '3000' };
const world = await World.start('search-elastic', settings);
/* Their addresses change with each start. */
const people = () => ({ visitor: world.visitor, alice: world.as('alice'), bob: world.as('bob'), root: world.as('root') });
let { visitor, alice, bob, root } = people();
const startAgain = async (more = {}) => {
  await world.server.start(more);
  ({ visitor, alice, bob, root } = people());
};
const ids = template.ids;

const addTrack = (title: string, more: { owner?: string; visibility?: string } = {}) =>
  world.sql(`insert into tracks (creator_id, title, status, visibility, duration) values ('${more.owner ?? ids.carol}', ${text(title)}, 'completed', '${more.visibility ?? 'public'}', 200) returning id`);
const key = (id: string, kind: keyof typeof KINDS = 'tracks') => `${KINDS[kind]}:${id}`;
const ask = async (client: Client, q: string, more: object = {}) => {
  const reply = await client.get('/api/v1/search', { query: { q, type: 'tracks', ...more } });
  assertStatus(reply, 200, q);
  return { engine: reply.headers.get('x-search-engine'), titles: namesOf(reply.body, 'tracks'), total: reply.body.tracks.total, body: reply.body };
};
const settled = () => until('the index to have all', async () => (await world.sql('select is_live and next_index is null and not exists (select from search_changes where attempts < 5) from search_index')) === 't', 60);
/** Until Elasticsearch proposes again: after a failure it is left alone for some seconds. */
const proposes = () => until('Elasticsearch to be asked', async () => (await ask(visitor, 'anything')).engine === 'elasticsearch', 60, 100);
const found = (client: Client, q: string, titles: string[]) => until(`${q} to find ${titles.join()}`, async () => {
  const reply = await ask(client, q);
  return reply.engine === 'elasticsearch' && JSON.stringify(reply.titles) === JSON.stringify(titles);
}, 20);
const state = async () => {
  const reply = await root.get('/api/v1/admin/search');
  assertStatus(reply, 200);
  return reply.body;
};
const inIndex = () => elastic.stored(ALIAS);
const entries = () => world.sql(`select coalesce(json_object_agg(kind || ':' || id, version), '{}') from search_entries where public_from is not null`).then((json) => JSON.parse(json) as Record<string, number>);
const agrees = async () => assert.deepEqual(Object.fromEntries([...inIndex()].map(([id, { version }]) => [id, version]).sort()), Object.fromEntries(Object.entries(await entries()).sort()));

before(settled);
after(() => elastic.stop());

test('what is made, renamed, hidden and deleted reaches the index, and PostgreSQL is what is shown meanwhile', async () => {
  const id = await addTrack('Xerophyte');
  await found(visitor, 'xerophyte', ['Xerophyte']);
  await world.sql(`update tracks set title = 'Halophyte' where id = '${id}'`);
  await found(visitor, 'halophyte', ['Halophyte']);
  await found(visitor, 'xerophyte', []);
  await found(visitor, 'halophtye', ['Halophyte']); /* typing errors */
  await world.sql(`update tracks set visibility = 'private' where id = '${id}'`);
  assert.deepEqual((await ask(visitor, 'halophyte')).titles, [], 'hidden at once, whatever the index says');
  await settled();
  assert.ok(!inIndex().has(key(id)), 'it left the index');
  await world.sql(`update tracks set visibility = 'public' where id = '${id}'`);
  await found(visitor, 'halophyte', ['Halophyte']);
  await world.sql(`delete from tracks where id = '${id}'`);
  assert.deepEqual((await ask(visitor, 'halophyte')).titles, []);
  await settled();
  assert.ok(!inIndex().has(key(id)));
  await agrees();
});

test('what is not public never leaves: not its words, not its id', async () => {
  const id = await addTrack('Clandestine Quagga', { visibility: 'private' });
  const list = (await alice.post('/api/v1/playlists', { body: { name: 'Furtive Axolotl', visibility: 'private' } })).body.id;
  await addTrack('Open Marker');
  await settled();
  const sent = JSON.stringify(elastic.calls.filter(({ path: where }) => where === '/_bulk').map(({ body }) => body)).toLowerCase();
  assert.ok(sent.includes('marker'), 'what is public is sent');
  assert.ok(!sent.includes('quagga') && !sent.includes('axolotl'));
  assert.ok(!inIndex().has(key(id)) && !inIndex().has(key(list, 'playlists')));
  const lists = async (client: Client) => (await client.get('/api/v1/search', { query: { q: 'furtive axolotl' } })).body.playlists.total;
  assert.deepEqual([await lists(alice), await lists(bob), await lists(visitor)], [1, 0, 0], 'its owner finds it all the same');
});

test('an index that claims private, blocked, explicit, deleted or unknown things is not believed: they are in no hit, total or facet', async () => {
  const hidden = await addTrack('Okapi', { visibility: 'private' }), shown = await addTrack('Okapi');
  await settled();
  await proposes();
  const real = inIndex().get(key(shown))!;
  const nobody = '00000000-0000-4000-8000-000000000001';
  for (const id of [hidden, nobody]) elastic.tamper(ALIAS, key(id), { ...real.source, key: key(id), score: 30_000 }, 1);
  const seen = async (client: Client) => {
    const { engine, titles, total, body } = await ask(client, 'okapi', { explain: true });
    assert.deepEqual([engine, total, body.tracks.items.map((track) => track.id).includes(hidden)], ['elasticsearch', titles.length, false]);
    return titles;
  };
  for (const client of [visitor, alice]) assert.deepEqual(await seen(client), ['Okapi']);
  assert.deepEqual((await ask(visitor, 'okapi', { genre: 'Polka' })).titles, [], 'nor what it says of filters');
  await world.sql(`insert into user_blocks (blocker_id, blocked_id) values ('${ids.carol}', '${ids.bob}')`);
  assert.deepEqual(await seen(bob), []);
  await world.sql(`delete from user_blocks where blocked_id = '${ids.bob}'`);
  await world.sql(`insert into user_settings (user_id, explicit_content) values ('${ids.bob}', false) on conflict (user_id) do update set explicit_content = false; update tracks set is_explicit = true where id = '${shown}'`);
  assert.deepEqual(await seen(bob), []);
  await world.sql(`update user_settings set explicit_content = true where user_id = '${ids.bob}'; update tracks set is_explicit = false where id = '${shown}'`);
  for (const id of [hidden, nobody]) elastic.tamper(ALIAS, key(id), undefined);
  await settled();
});

test('a batch that arrives late brings nothing back: neither what was deleted nor what it was called before', async () => {
  const late: Call[] = [];
  const id = await addTrack('Thylacine'), other = await addTrack('Dodo');
  elastic.instead = (call) => {
    if (call.path !== '/_bulk' || late.length > 0 || !JSON.stringify(call.body).includes(id)) return undefined;
    late.push(call);
    return 'never'; /* it is on its way, for longer than Veza waits */
  };
  await world.sql(`update tracks set title = 'Thylacine Again' where id in ('${id}', '${other}')`);
  await until('a batch to be on its way', () => late.length > 0);
  await world.sql(`delete from tracks where id = '${id}'; update tracks set title = 'Great Auk' where id = '${other}'`);
  await settled();
  elastic.instead = undefined;
  const lines = (late[0]!.body as object[]).map((line) => JSON.stringify(line)).join('\n') + '\n';
  const reply = await fetch(new URL('/_bulk?require_alias=true', elastic.url().replace(/\/\/.*@/, '//')), { method: 'POST', body: lines,
    headers: { 'content-type': 'application/x-ndjson', authorization: `Basic ${Buffer.from('veza:p@ss:w/rd').toString('base64')}` } });
  const statuses = ((await reply.json()) as { items: { index: { status: number } }[] }).items.map(({ index }) => index.status);
  assert.ok(statuses.length >= 1 && statuses.every((status) => status === 409), statuses.join());
  assert.ok(!inIndex().has(key(id)));
  assert.deepEqual(inIndex().get(key(other))!.source['raws'], ['great auk']);
  await agrees();
});

test('Elasticsearch that is away, silent or says anything else: PostgreSQL answers the same request, and it is asked again later', async () => {
  await addTrack('Pangolin');
  await found(visitor, 'pangolin', ['Pangolin']);
  const hit = (id: string, score: unknown = 90) => ({ hits: { hits: [{ _id: id, _score: score }] }, status: 200, timed_out: false });
  const bad: [string, Awaited<ReturnType<NonNullable<typeof elastic.instead>>>][] = [
    ['silence', 'never'], ['10 MB', { status: 200, body: `{"responses":[${'{"hits":{"hits":[]}},'.repeat(500_000)}{}]}` }], ['10 MB of noise', { status: 200, body: Buffer.alloc(10_000_000, 0xfe) }],
    ['no JSON', { status: 200, body: '<html>' }], ['nothing', { status: 200, body: '' }], ['a list', { status: 200, body: '[]' }], ['half of it', { status: 200, body: '{"responses":[{"hits":' }],
    ['twice the same name', { status: 200, body: '{"responses":[],"responses":[{"status":200}]}' }], ['deep nesting', { status: 200, body: '['.repeat(100_000) }],
    ['too few parts', { status: 200, body: '{"responses":[]}' }], ['an error', { status: 503, body: '{"error":{"type":"x"},"status":503}' }],
    ['an error of a part', { status: 200, body: JSON.stringify({ responses: [{ status: 500, error: { type: 'x' } }] }) }],
    ['half of the shards', { status: 200, body: JSON.stringify({ responses: [{ ...hit(key(ids.alice)), _shards: { failed: 1 } }] }) }],
    ['out of time', { status: 200, body: JSON.stringify({ responses: [{ ...hit(key(ids.alice)), timed_out: true }] }) }],
    ...["1:' or true --", '2:' + ids.alice, 'x', '', 7, null].map((id) => [`the id ${String(id)}`, { status: 200, body: JSON.stringify({ responses: [hit(id as string)] }) }] as [string, { status: number; body: string }]),
    ...[-1, 1e308, 'high', null, 41].map((score) => [`the score ${String(score)}`, { status: 200, body: JSON.stringify({ responses: [hit(key(ids.alice), score)] }) }] as [string, { status: number; body: string }]),
    ['more than asked for', { status: 200, body: JSON.stringify({ responses: [{ status: 200, hits: { hits: Array.from({ length: 1001 }, () => ({ _id: key(ids.alice), _score: 90 })) } }] }) }],
  ];
  for (const [what, answer] of bad) {
    await proposes();
    let asked = 0;
    elastic.instead = (call) => (call.path.endsWith('/_msearch') ? (asked++, answer) : undefined);
    const reply = await ask(visitor, 'pangolin');
    assert.deepEqual([reply.engine, reply.titles, asked], ['postgresql', ['Pangolin'], 1], what);
    assert.deepEqual([(await ask(visitor, 'pangolin')).engine, asked], ['postgresql', 1], `${what}: it is left alone for a moment`);
    elastic.instead = undefined;
  }
  await proposes();
  await elastic.stop();
  const away = await ask(visitor, 'pangolin');
  assert.deepEqual([away.engine, away.titles], ['postgresql', ['Pangolin']]);
  assert.equal((await state()).state, 'down');
  await elastic.start();
  await proposes();
  assert.deepEqual((await ask(visitor, 'pangolin')).titles, ['Pangolin']);
  assert.equal((await state()).state, 'up');
});

test('both questions of a search together have the time that is set: an index that answers each slowly is left alone in the same request', async () => {
  await addTrack('Numbat');
  await found(visitor, 'numbat', ['Numbat']);
  await proposes();
  let asked = 0;
  elastic.instead = async (call) => {
    if (!call.path.endsWith('/_msearch')) return undefined;
    asked++;
    await new Promise((resolve) => setTimeout(resolve, 0.6 * Number(settings.ELASTICSEARCH_TIMEOUT_MS)));
    return undefined;
  };
  const reply = await ask(visitor, 'numbet'); /* nothing is called so: what is called nearly so is a second question */
  elastic.instead = undefined;
  assert.deepEqual([reply.engine, reply.titles, asked], ['postgresql', ['Numbat'], 2]);
  await proposes();
});

test('what changes while Elasticsearch is away waits in the database, survives kill -9 of Veza, and is reported', async () => {
  const gone = await addTrack('Quokka Departing');
  await settled();
  await elastic.stop();
  const made: string[] = [];
  for (let i = 0; i < 30; i++) made.push(await addTrack(`Quokka ${i}`));
  await world.sql(`delete from tracks where id = '${gone}'`);
  const waiting = await state();
  assert.ok(waiting.backlog >= 31 && waiting.oldest_at, JSON.stringify(waiting));
  await elastic.start();
  let killed = false;
  elastic.instead = async (call) => {
    if (call.path !== '/_bulk' || killed) return undefined;
    killed = true; /* carried out, but Veza dies before it hears of it */
    await world.server.stop('SIGKILL');
    return undefined;
  };
  await until('Veza to be killed in the middle of a batch', () => killed, 60);
  elastic.instead = undefined;
  await startAgain();
  await settled();
  for (const id of made) assert.ok(inIndex().has(key(id)));
  assert.ok(!inIndex().has(key(gone)));
  await agrees();
  assert.equal((await state()).backlog, 0);
});

test('an entry that Elasticsearch refuses holds up no other, is tried five times, reported, and tried again with a new index', async () => {
  elastic.poison = 'cockatrice';
  const id = await addTrack('Cockatrice'), fine = await addTrack('Basilisk');
  await until('the other one to be there', () => inIndex().has(key(fine)));
  for (let i = 1; i < 5; i++) {
    await until(`try ${i}`, async () => Number(await world.sql(`select attempts from search_changes where id = '${id}'`)) >= i, 20);
    await world.sql(`update search_changes set next_at = now() where id = '${id}'`);
  }
  const refused = await until('it to be given up', async () => { const now = await state(); return now.dead === 1 ? now : null; }, 20);
  assert.deepEqual(refused.refused.map(({ kind, id: of }) => [kind, of]), [['track', id]]);
  assert.equal(refused.refused[0]!.error, '400 document_parsing_exception', 'and not the reason, which may quote the document');
  assert.deepEqual((await ask(visitor, 'cockatrice')).titles, []);
  elastic.poison = undefined;
  const before = elastic.names;
  assert.deepEqual((await root.post('/api/v1/admin/search/reindex')).body, { started: true });
  await until('a new index', async () => (await state()).reindex_state === 'idle' && (await state()).dead === 0 && !elastic.names.some((name) => before.includes(name)), 30);
  await settled();
  await found(visitor, 'cockatrice', ['Cockatrice']);
});

test('a new index is filled beside the old one while people search and change things, and replaces it without a gap; asked for twice, it happens once', async () => {
  await world.sql(`insert into tracks (creator_id, title, status, visibility, duration) select '${ids.dave}', 'Multitude ' || n, 'completed', 'public', 200 from generate_series(1, 3000) n`);
  await settled();
  await proposes();
  const before = elastic.names, first = (await ask(visitor, 'multitude 77')).titles[0];
  assert.equal(before.length, 1);
  const made = new Set<string>(), ends: string[] = [];
  let filling = false, done = false, searches = 0, seen = 0;
  elastic.instead = async (call) => {
    if (call.path === '/_bulk' && JSON.stringify(call.body).includes('-next')) {
      filling = true;
      await pause(250); /* so that much happens meanwhile */
    }
    return undefined;
  };
  const replies = await Promise.all(Array.from({ length: 4 }, () => root.post('/api/v1/admin/search/reindex')));
  assert.deepEqual(replies.map(({ body }) => body.started).sort(), [false, false, false, true]);
  const writer = (async () => {
    for (let i = 0; !done; i++) {
      const id = await addTrack(`Meanwhile ${i}`);
      made.add(id);
      await world.sql(`update tracks set title = 'Meanwhile changed ${i}' where id = '${id}'`);
      const one = (await world.sql(`delete from tracks where id = (select id from tracks where title like 'Multitude %' and title <> 'Multitude 77' order by random() limit 1) returning id`)).split('\n')[0]!;
      ends.push(one);
      if (i % 3 === 0) {
        await world.sql(`delete from tracks where id = '${id}'`);
        made.delete(id);
        ends.push(id);
      }
    }
  })();
  const searcher = (async () => {
    while (!done) {
      const { engine, titles } = await ask(visitor, 'multitude 77');
      searches++;
      assert.deepEqual([engine, titles[0]], ['elasticsearch', first], `search ${searches}`);
    }
  })();
  const all = Promise.all([writer, searcher]);
  all.catch(() => (done = true));
  await until('the switch', async () => {
    const now = await state();
    if (now.reindex_state === 'running' && now.filled > 0 && now.filled < now.fill_total) seen++;
    return filling && now.reindex_state === 'idle';
  }, 120, 50).finally(() => (elastic.instead = undefined));
  const after = searches;
  await until('a search of the new index', () => done || searches > after + 1, 60);
  done = true;
  await all;
  await settled();
  assert.ok(searches > 3 && ends.length > 3 && seen > 0, `${searches} searches, ${ends.length} deletions, ${seen} times on its way`);
  assert.equal(elastic.names.length, 1);
  assert.notDeepEqual(elastic.names, before);
  for (const id of ends) assert.ok(!inIndex().has(key(id)), 'what was deleted meanwhile did not come back');
  for (const id of made) assert.ok(inIndex().has(key(id)), 'what was made meanwhile is there');
  await agrees();
});

full('a new index that is being filled when Veza is killed goes on where it was', async () => {
  const before = elastic.names;
  let batches = 0, sentBefore = 0;
  elastic.instead = async (call) => {
    if (call.path !== '/_bulk' || !JSON.stringify(call.body).includes('-next')) return undefined;
    if (++batches === 3) {
      sentBefore = batches;
      await world.server.stop('SIGKILL');
    }
    return undefined;
  };
  assertStatus(await root.post('/api/v1/admin/search/reindex'), 202);
  await until('Veza to be killed', () => sentBefore > 0, 60);
  const half = elastic.names.filter((name) => !before.includes(name));
  await startAgain();
  await until('the new index to be in use', async () => (await state()).reindex_state === 'idle' && elastic.names.every((name) => half.includes(name)), 90);
  elastic.instead = undefined;
  await settled();
  await agrees();
});

test('each night all of the index is compared: what it lacks, has too much or has as it was is told, and mended', async () => {
  const [lost, old] = [await addTrack('Capybara Lost'), await addTrack('Capybara Old')], ghost = '00000000-0000-4000-8000-0000000000aa';
  await settled();
  const fake = inIndex().get(key(old))!;
  elastic.tamper(ALIAS, key(lost), undefined);
  elastic.tamper(ALIAS, key(old), { ...fake.source, raws: ['capybara ancient'] }, fake.version - 1);
  elastic.tamper(ALIAS, key(ghost), { ...fake.source, key: key(ghost) }, 5);
  const compare = async () => {
    const was = (await state()).checked_at;
    await world.sql(`update jobs set run_at = now() where kind = 'search.drift' and state = 'queued'`);
    return until('the comparison', async () => { const now = await state(); return now.checked_at !== was ? now : null; }, 60);
  };
  const first = await compare();
  assert.deepEqual([first.missing, first.extra, first.stale], [1, 1, 1]);
  await settled();
  await agrees();
  const second = await compare();
  assert.deepEqual([second.missing, second.extra, second.stale], [0, 0, 0]);
  /* A version that never was here, as after a restored backup: no change could replace it. */
  const names = elastic.names;
  elastic.tamper(ALIAS, key(old), fake.source, 1_000_000_000_000);
  await compare();
  await until('a new index', async () => elastic.names.length === 1 && elastic.names[0] !== names[0] && (await state()).reindex_state === 'idle', 120);
  await settled();
  await agrees();
});

full('an index that is lost is made anew, and PostgreSQL answers meanwhile', async () => {
  await addTrack('Narwhal');
  await settled();
  await proposes();
  elastic.forget();
  assert.deepEqual((await ask(visitor, 'narwhal')).titles, ['Narwhal']);
  await until('a new index', () => elastic.names.length === 1, 60);
  await settled();
  await found(visitor, 'narwhal', ['Narwhal']);
  await agrees();
});

test('after a time without Elasticsearch, when nothing was noted, it is not asked before it has a new index; meanwhile administrators have the entries themselves made anew', async () => {
  const gone = await addTrack('Aardvark Gone');
  await settled();
  const names = elastic.names;
  await world.server.stop();
  await startAgain({ ELASTICSEARCH_URL: '' });
  await world.sql(`delete from tracks where id = '${gone}'`);
  const id = await addTrack('Aardvark');
  assert.equal(await world.sql('select count(*) from search_changes'), '0', 'nothing is noted for nobody');
  assert.deepEqual([(await ask(visitor, 'aardvark')).engine, (await state()).engine, (await state()).state], ['postgresql', 'postgresql', 'off']);
  await world.sql(`begin; set local session_replication_role = replica; delete from search_entries where id = '${id}';
    insert into search_entries (kind, id, owner_id, raws, body, words) values (1, '${gone}', '${ids.carol}', '{}', '', ''); commit`);
  assert.deepEqual((await ask(visitor, 'aardvark')).titles, []);
  assertStatus(await root.post('/api/v1/admin/search/reindex'), 202);
  await until('it to be found', async () => (await ask(visitor, 'aardvark')).titles[0] === 'Aardvark', 60);
  await until('the job to end', async () => (await state()).reindex_state === 'idle', 60);
  assert.equal(await world.sql(`select count(*) from search_entries where id = '${gone}'`), '0');
  await world.server.stop();
  await startAgain(settings);
  await until('a new index', async () => elastic.names.length === 1 && elastic.names[0] !== names[0] && (await state()).is_live, 60);
  await settled();
  await found(visitor, 'aardvark', ['Aardvark']);
  await agrees();
});

test('only administrators learn of the index or have it made anew', async () => {
  for (const client of [alice, world.as('mia')]) {
    assertProblem(await client.get('/api/v1/admin/search'), 403, 'forbidden');
    assertProblem(await client.post('/api/v1/admin/search/reindex'), 403, 'forbidden');
  }
  assertStatus(await visitor.get('/api/v1/admin/search'), 401);
});

test('the doctor says how Elasticsearch is, and a bad address stops the start, without repeating a password', async () => {
  const doctor = async (more: Record<string, string>) => {
    const { stdout } = await run(BINARY, ['doctor'], { env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', VEZA_DATA_DIR: world.server.dataDir, ...more }, cwd: '/tmp' }).catch((error: { stdout: string }) => error);
    return stdout;
  };
  assert.match(await doctor(settings), /Elasticsearch +answers \(version 9\.1\.0\)/);
  const wrong = await doctor({ ELASTICSEARCH_URL: elastic.url('secret-and-wrong') });
  assert.match(wrong, /does not let Veza in/);
  assert.ok(!wrong.includes('secret-and-wrong'));
  assert.match(await doctor({ ELASTICSEARCH_URL: 'ftp://x:hidden-word@y' }), /ELASTICSEARCH_URL must look like/);
  assert.match(await doctor({}), /ELASTICSEARCH_URL is not set/);
});

test('every request fits the types of the official client, and none was refused', async () => {
  assert.deepEqual(elastic.refusals, []);
  const kinds: [RegExp, string, (call: Call) => unknown[]][] = [
    [/\/_msearch$/, 'estypes.MsearchMultisearchHeader | estypes.SearchSearchRequestBody', ({ body }) => body as unknown[]],
    [/\/_search$/, 'estypes.SearchRequest', ({ body }) => [body]],
    [/\/_bulk$/, 'estypes.BulkOperationContainer | Document', ({ body }) => body as unknown[]],
    [/\/_aliases$/, 'estypes.IndicesUpdateAliasesRequest', ({ body }) => [body]],
    [/^\/[^/_]+$/, 'Omit<estypes.IndicesCreateRequest, "index">', ({ method, body }) => (method === 'PUT' ? [body] : [])],
  ];
  /* One of each shape: the types of all values count, not the values. */
  const shape = (value: unknown): unknown => (Array.isArray(value) ? [...new Set(value.map((one) => JSON.stringify(shape(one))))] : typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, shape(one)])) : typeof value);
  const lines = ["import type { estypes } from '@elastic/elasticsearch';",
    'interface Document { kind: number; key: string; owner_id: string; is_explicit: boolean; score: number; public_from: number; raws: string[]; words: string[]; names: string[] }'];
  for (const [where, type, bodies] of kinds) {
    const shapes = new Map<string, unknown>();
    for (const call of elastic.calls.filter((one) => where.test(one.path))) for (const body of bodies(call)) shapes.set(JSON.stringify(shape(body)), body);
    assert.ok(shapes.size > 0, `${where} was asked`);
    lines.push(`export const _${lines.length}: (${type})[] = [${[...shapes.values()].map((body) => JSON.stringify(body)).join(',\n')}];`);
  }
  const folder = path.join(ROOT, 'tests/node_modules/.veza-elastic');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'requests.ts'), `${lines.join('\n')}\n`);
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { target: 'es2023', module: 'nodenext', strict: true, noEmit: true, skipLibCheck: true, types: [] }, files: ['requests.ts'] }));
  const checked = await run(path.join(ROOT, 'tests/node_modules/.bin/tsc'), ['-p', folder], { env: { PATH: path.dirname(process.execPath) } }).catch((error: { stdout: string }) => error);
  assert.equal(checked.stdout, '', WORK);
});
