/** Lists for visitors from a standby of the database: what it may answer, and that nothing that was hidden is ever seen from it. */
import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { assertStatus, Client, type Reply } from '../support/client.ts';
import { Cluster, WITH_STANDBYS } from '../support/cluster.ts';
import { isFull } from '../support/level.ts';
import { BINARY } from '../support/paths.ts';
import { Server } from '../support/server.ts';
import { Hopeless, pause, until } from '../support/wait.ts';
import { cluster as shared, template, World, type Person } from '../support/world.ts';

const run = promisify(execFile);
const primary = await Cluster.create({ ...WITH_STANDBYS, synchronous_commit: 'on' });
await primary.sql('postgres', 'create role veza_app nologin');
await primary.copy(shared, template.database);
const standby = await primary.standby();

const world = await World.start('replicas', {}, primary);
const ids = template.ids, carol = world.as('carol'), dave = world.as('dave');
/* The standby has the database of the tests now. */
await until('the standby to have it', () => standby.sql(world.database, 'select 1'));
const nodes: Server[] = [];
for (const name of ['replicas-a', 'replicas-b']) {
  const node = new Server(name, { ...template.settings, DATABASE_URL: primary.url(world.database), DATABASE_REPLICA_URLS: standby.url(world.database) });
  after(() => node.remove());
  nodes.push(await node.start());
}
after(() => standby.remove()); /* when all that uses them has ended */
after(() => primary.remove());
const clients = nodes.map((node) => new Client(node.api, {}, node.stream));

async function metric(node: Server, name: string): Promise<number> {
  const text = await (await fetch(`${node.api}/metrics`)).text();
  const found = text.split('\n').find((line) => line.startsWith(`${name} `));
  assert.ok(found, `${name} in ${text.split('\n').filter((line) => line.includes('replica')).join('\n')}`);
  return Number(found.split(' ').pop());
}
const SERVED = 'veza_replica_reads_total{served="replica",why=""}', USED = 'veza_replica_used{replica="1"}';
const because = (why: string) => `veza_replica_reads_total{served="primary",why="${why}"}`;
const used = (seconds = 20) => Promise.all(nodes.map((node) => until('the replica to be asked', async () => (await metric(node, USED)) === 1, seconds, 100)));

const track = await world.sql(`insert into tracks (creator_id, title, status, genre) values ('${ids.carol}', 'On the standby', 'completed', 'Drone') returning id`);
const list = await world.sql(`insert into playlists (user_id, name) values ('${ids.dave}', 'Of dave') returning id`);
await world.sql(`insert into playlist_tracks (playlist_id, track_id, position) values ('${list}', '${track}', 1)`);
const release = await world.sql(`insert into releases (user_id, slug, title, kind, visibility) values ('${ids.carol}', 'hers', 'Hers', 'album', 'public') returning id`);
await world.sql(`insert into release_tracks (release_id, track_id, position) values ('${release}', '${track}', 1)`);
const comment = await world.sql(`insert into track_comments (track_id, user_id, content) values ('${track}', '${ids.dave}', 'Said once') returning id`);
before(() => used());

const LISTS = ['/api/v1/tracks', '/api/v1/tracks/search?q=standby', '/api/v1/releases', `/api/v1/releases/${release}/tracks`, `/api/v1/playlists/${list}/tracks`,
  `/api/v1/users/${ids.dave}/playlists`, '/api/v1/discover/playlists/editorial', `/api/v1/tracks/${track}/comments`, `/api/v1/comments/${comment}/replies`];
let different = 0;
/** A reply that no node has in memory. */
const fresh = (client: Client, path: string) => client.send('GET', `${path}${path.includes('?') ? '&' : '?'}limit=${20 + (different++ % 80)}`);

test('lists that visitors see are read from the standby, and nothing else is', async () => {
  const node = nodes[0]!, client = clients[0]!;
  await until('the standby to have replayed it all', async () => (await fresh(client, `/api/v1/tracks/${track}/comments`)).bytes.includes('Said once'));
  for (const path of LISTS) {
    const before = await metric(node, SERVED);
    await until(`${path} from the replica`, async () => {
      assertStatus(await fresh(client, path), 200);
      return (await metric(node, SERVED)) > before; /* not while the first connections are being made */
    });
  }
  const before = await metric(node, SERVED), all = await metric(node, because('busy')) + before;
  const as = { token: template.tokens.alice };
  for (const path of LISTS) assertStatus(await client.send('GET', path, { as }), 200);
  for (const path of [`/api/v1/users/${ids.dave}`, `/api/v1/tracks/${track}`, `/api/v1/tracks/${track}/stats`, '/api/v1/users', '/api/v1/genres', `/api/v1/users/${ids.dave}/reposts`])
    assertStatus(await client.send('GET', path), 200);
  assert.equal((await metric(node, SERVED)) + (await metric(node, because('busy'))), all);
});

const put = (as: Client, path: string, body: object) => as.send('PUT', path, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });

/** What is hidden, by what request, and where it was seen. */
const hidings: { what: string; by: Person; hide: (as: Client) => Promise<Reply>; show: (as: Client) => Promise<Reply>; seen: string; on: string[] }[] = [
  { what: 'a track that is made private', by: 'carol', seen: track, on: [`/api/v1/playlists/${list}/tracks`, `/api/v1/releases/${release}/tracks`],
    hide: (as) => put(as, `/api/v1/tracks/${track}`, { visibility: 'private' }), show: (as) => put(as, `/api/v1/tracks/${track}`, { visibility: 'public' }) },
  { what: 'a playlist that is made private', by: 'dave', seen: list, on: [`/api/v1/users/${ids.dave}/playlists`],
    hide: (as) => put(as, `/api/v1/playlists/${list}`, { visibility: 'private' }), show: (as) => put(as, `/api/v1/playlists/${list}`, { visibility: 'public' }) },
  { what: 'a playlist that is an editorial one no more', by: 'root', seen: list, on: ['/api/v1/discover/playlists/editorial'],
    hide: (as) => put(as, `/api/v1/playlists/${list}/editorial`, { is_editorial: false }), show: (as) => put(as, `/api/v1/playlists/${list}/editorial`, { is_editorial: true }) },
  { what: 'a comment that is hidden', by: 'carol', seen: 'Said once', on: [`/api/v1/tracks/${track}/comments`],
    hide: (as) => put(as, `/api/v1/comments/${comment}/status`, { status: 'hidden' }), show: (as) => put(as, `/api/v1/comments/${comment}/status`, { status: 'shown' }) },
];

/** Hides and shows it for some seconds on one node while visitors read on both. */
async function hammer({ by, hide, show, seen, on, what }: typeof hidings[number], ms: number): Promise<{ reads: number; hidden: number }> {
  let hiddenSince = Infinity, shownSince = 0, stop = false, reads = 0, hidden = 0;
  const wrong: string[] = [];
  const readers = clients.flatMap((client) => [client, client]).map(async (client, reader) => {
    while (!stop) {
      const asked = performance.now(), reply = await fresh(client, on[reads % on.length]!);
      assertStatus(reply, 200);
      reads++;
      if (reply.bytes.includes(seen) && asked > hiddenSince && shownSince < hiddenSince) wrong.push(`reader ${reader}: seen ${Math.round(performance.now() - hiddenSince)} ms after the reply`);
    }
  });
  const writer = world.as(by), end = performance.now() + ms;
  try {
    await change();
  } finally {
    stop = true;
    await Promise.all(readers);
  }
  assert.deepEqual(wrong.slice(0, 5), [], what);
  return { reads, hidden };

  async function change(): Promise<void> {
    for (let turn = 0; performance.now() < end || hidden < 5; turn++) { /* a busy machine takes longer */
      const as = clients[turn % 2]!.as(writer.credentials);
      assertStatus(await hide(as), 200, what);
      hiddenSince = performance.now();
      hidden++;
      await pause(60);
      shownSince = performance.now();
      assertStatus(await show(as), 200, what);
      await pause(30); /* the standby shows it again, or nothing old could be seen */
    }
  }
}

for (const delay of ['0', '200ms']) {
  test(`what was hidden is never seen after the reply, on any node, by a standby that replays ${delay === '0' ? 'at once' : `${delay} late`}`, async () => {
    await setDelay(delay);
    for (const hiding of hidings) {
      await hiding.show(world.as(hiding.by));
      await until(`${hiding.what} to be seen`, async () => (await fresh(clients[0]!, hiding.on[0]!)).bytes.includes(hiding.seen));
      const before = await Promise.all(nodes.flatMap((node) => [metric(node, SERVED), metric(node, because('hiding'))]));
      const { reads, hidden } = await hammer(hiding, isFull ? 2500 : 1000);
      const now = await Promise.all(nodes.flatMap((node) => [metric(node, SERVED), metric(node, because('hiding'))]));
      const [served, kept] = [0, 1].map((which) => now.filter((_, i) => i % 2 === which).reduce((sum, n) => sum + n, 0) - before.filter((_, i) => i % 2 === which).reduce((sum, n) => sum + n, 0));
      console.log(`# ${hiding.what}: hidden ${hidden} times, ${reads} reads, ${served} of the replica, ${kept} not since it showed it still`);
      assert.ok(reads > 20, `${hiding.what}: ${reads} reads`);
      if (delay === '0') assert.ok(served! > 0, 'the replica answered');
      else assert.ok(kept! > 0, 'the replica was behind');
    }
    await setDelay('0');
  });
}

/** A setting of the standby, which is reread without a new start. */
async function setDelay(delay: string): Promise<void> {
  await standby.set('recovery_min_apply_delay', delay);
  await until('the setting to count', async () => (await standby.sql('postgres', 'show recovery_min_apply_delay')) === delay);
}

test('what is hidden beside the servers counts too, and needs no notification', async () => {
  await setDelay('1s');
  const path = `/api/v1/playlists/${list}/tracks`;
  const sees = async (client: Client) => (await fresh(client, path)).bytes.includes(track);
  for (const [hide, show] of [[`update users set is_banned = true where id = '${ids.carol}'`, `update users set is_banned = false where id = '${ids.carol}'`],
    [`update tracks set deleted_at = now() where id = '${track}'`, `update tracks set deleted_at = null where id = '${track}'`],
    [`delete from playlist_tracks where playlist_id = '${list}'`, `insert into playlist_tracks (playlist_id, track_id, position) values ('${list}', '${track}', 1)`]] as const) {
    await until('it to be seen from the standby', async () => (await sees(clients[0]!)) && (await sees(clients[1]!)));
    await primary.sql(world.database, hide);
    for (let i = 0; i < 20; i++) for (const client of clients) assert.equal(await sees(client), false, hide);
    await primary.sql(world.database, show);
  }
  await setDelay('0');
});

test('whoever wrote sees what they wrote on any node, with the cookie or the header of the reply', async () => {
  await setDelay('2s');
  try {
    const path = `/api/v1/users/${ids.dave}/playlists`;
    await until('the standby to be asked', async () => {
      const before = await metric(nodes[1]!, SERVED);
      await fresh(clients[1]!, path);
      return (await metric(nodes[1]!, SERVED)) > before;
    });
    const made = await clients[0]!.as(dave.credentials).post('/api/v1/playlists', { body: { name: 'Just made', visibility: 'public' } });
    assertStatus(made, 201);
    const position = made.headers.get('veza-position')!, cookie = made.headers.getSetCookie().find((one) => one.startsWith('veza_position='))!;
    assert.match(position, /^[0-9A-F]+\/[0-9A-F]+$/);
    assert.match(cookie, /HttpOnly/);
    const before = await metric(nodes[1]!, because('written'));
    for (const headers of [{ 'Veza-Position': position }, { cookie: cookie.split(';')[0]! }] as Record<string, string>[])
      for (const client of clients) assert.ok((await client.send('GET', `${path}?limit=${20 + (different++ % 80)}`, { headers })).bytes.includes('Just made'), JSON.stringify(headers));
    assert.ok((await metric(nodes[1]!, because('written'))) >= before + 2, 'the replica was asked and had it not');
    for (const rubbish of ['x', '0/0/0', `0/${'F'.repeat(9)}`, '']) assertStatus(await clients[0]!.send('GET', path, { headers: { 'Veza-Position': rubbish } }), 200);
    await until('others to see it, once it is replayed', async () => (await fresh(clients[1]!, path)).bytes.includes('Just made'), 10);
    assert.equal((await carol.get('/api/v1/auth/me', {})).headers.get('veza-position'), null, 'reading is no writing');
  } finally {
    await setDelay('0');
  }
});

test('a standby that is 5 seconds behind is not asked, until it is not', async () => {
  await used();
  await standby.sql(world.database, 'select pg_wal_replay_pause()');
  try {
    const path = `/api/v1/tracks/${track}/comments`;
    await until('the lag to be too long', async () => {
      await world.sql(`insert into track_comments (track_id, user_id, content) values ('${track}', '${ids.dave}', 'More ${different++}')`);
      return (await metric(nodes[0]!, USED)) === 0;
    }, 20, 250);
    assert.ok((await metric(nodes[0]!, 'veza_replica_lag_seconds{replica="1"}')) >= 4, 'the lag is told');
    const before = await metric(nodes[0]!, because('behind'));
    await world.sql(`insert into track_comments (track_id, user_id, content) values ('${track}', '${ids.dave}', 'The very last')`);
    assert.ok((await fresh(clients[0]!, path)).bytes.includes('The very last'), 'the database answered');
    assert.ok((await metric(nodes[0]!, because('behind'))) > before, 'it is told why');
  } finally {
    await standby.sql(world.database, 'select pg_wal_replay_resume()');
  }
  await used();
});

for (const [what, end, back] of [['hangs', () => { standby.signal('SIGSTOP'); }, () => { standby.signal('SIGCONT'); }],
  ['is killed', () => standby.stop(), () => standby.start()]] as const) {
  test(`a standby that ${what} fails no request and holds none up for long, and is asked again when it is back`, async () => {
    await used();
    await until('it to be asked', async () => {
      const before = await metric(nodes[0]!, SERVED);
      await fresh(clients[0]!, LISTS[4]!);
      return (await metric(nodes[0]!, SERVED)) > before;
    });
    let stop = false, slow = 0, longest = 0, count = 0;
    const answered = [0, 0, 0, 0];
    const readers = clients.flatMap((client) => [client, client]).map(async (client, reader) => {
      while (!stop) {
        const begun = performance.now();
        assertStatus(await fresh(client, LISTS[3 + (count++ % 3)]!), 200);
        const took = performance.now() - begun;
        longest = Math.max(longest, took);
        if (took > 500) slow++;
        answered[reader]!++;
      }
    });
    await pause(300);
    await end();
    try {
      await until('it not to be asked', async () => (await metric(nodes[0]!, USED)) === 0 && (await metric(nodes[1]!, USED)) === 0, 20, 50);
      const then = [...answered];
      await until('what was asked before to be answered', () => answered.every((n, reader) => n > then[reader]!));
      const failed = () => Promise.all(nodes.map((node) => metric(node, because('failed')))), before = await failed(), from = count;
      await until('some hundred more reads', () => count > from + 300, 30).finally(() => { stop = true; });
      await Promise.all(readers);
      assert.deepEqual(await failed(), before, 'none waits for it any more');
      console.log(`# ${what}: ${count} reads, ${slow} took longer than half a second, the longest ${Math.round(longest)} ms`);
      assert.ok(longest < 10_000, `${longest} ms, and the time limit of statements is 15 s`);
    } finally {
      stop = true;
      await back();
    }
    const served = await metric(nodes[0]!, SERVED);
    await until('it to be asked again', async () => {
      await fresh(clients[0]!, LISTS[4]!);
      return (await metric(nodes[0]!, SERVED)) > served;
    }, 30, 100);
  });
}

test('replicas that hang delay no check of one that does not', async () => {
  const asked = [0, 0, 0, 0], sockets = new Set<Socket>();
  const hanging = await Promise.all(asked.map((_, number) => new Promise<ReturnType<typeof createServer>>((resolve) => {
    const server = createServer((socket) => { asked[number]!++; sockets.add(socket.on('error', () => undefined)); }).listen(0, '127.0.0.1', () => resolve(server));
  })));
  const urls = [...hanging.map((server) => `host=127.0.0.1 port=${(server.address() as AddressInfo).port} user=app`), standby.url(world.database)];
  const node = new Server('replicas-hang', { ...template.settings, DATABASE_URL: primary.url(world.database), DATABASE_REPLICA_URLS: urls.join(',') });
  try {
    await node.start();
    await until('the one that answers to be used', async () => (await metric(node, 'veza_replica_used{replica="5"}')) === 1);
    const from = [...asked];
    await until('those that hang to be asked twice more', async () => {
      if ((await metric(node, 'veza_replica_used{replica="5"}')) !== 1) throw new Hopeless('the one that answers is not used meanwhile');
      return asked.every((n, number) => n >= from[number]! + 2);
    }, 60, 100);
  } finally {
    await node.remove();
    for (const socket of sockets) socket.destroy();
    for (const server of hanging) server.close();
  }
});

test('a check that ends when a request just had no answer does not have the replica asked again', async () => {
  let holds = false, cuts = false;
  const held: (() => void)[] = [], sockets = new Set<Socket>();
  const way = createServer((client) => {
    const server = connect(`${standby.folder}/.s.PGSQL.5432`);
    let checks = false;
    const end = () => { client.destroy(); server.destroy(); };
    for (const socket of [client, server]) sockets.add(socket.on('error', end).on('close', end));
    client.on('data', (bytes) => {
      checks ||= bytes.includes('pg_last_wal_replay_lsn');
      if (cuts && !checks && bytes[0] !== 0) end(); /* 0: it is only being opened */
      else server.write(bytes);
    });
    server.on('data', (bytes) => {
      if (holds && checks) held.push(() => client.writable && client.write(bytes));
      else client.write(bytes);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => way.once('listening', resolve));
  const node = new Server('replicas-cut', { ...template.settings, DATABASE_URL: primary.url(world.database), DATABASE_REPLICA_URLS: `host=127.0.0.1 port=${(way.address() as AddressInfo).port} user=app dbname=${world.database}` });
  try {
    const client = new Client((await node.start()).api, {}, node.stream), LAG = 'veza_replica_lag_seconds{replica="1"}';
    await until('a check to end after a request failed', async () => {
      holds = cuts = false;
      await until('a list to be read from it', async () => {
        const before = await metric(node, SERVED);
        assertStatus(await fresh(client, LISTS[4]!), 200);
        return (await metric(node, SERVED)) > before;
      });
      held.length = 0;
      holds = true;
      await until('a check to wait for its reply', () => held.length);
      const lag = await metric(node, LAG), failed = await metric(node, because('failed'));
      cuts = true;
      assertStatus(await fresh(client, LISTS[4]!), 200);
      if ((await metric(node, because('failed'))) === failed) return false; /* the check was given up before */
      holds = false;
      for (const send of held) send();
      return until('the check to be done', async () => (await metric(node, LAG)) !== lag, 1).catch(() => false);
    }, 90, 100);
    assert.equal(await metric(node, USED), 0);
  } finally {
    await node.remove();
    for (const socket of sockets) socket.destroy();
    way.close();
  }
});

test('veza doctor tells of each replica', async () => {
  const doctor = async (urls: string) => {
    const env = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', ...template.settings, VEZA_DATA_DIR: nodes[0]!.dataDir, DATABASE_URL: primary.url(world.database), DATABASE_REPLICA_URLS: urls };
    return run(BINARY, ['doctor'], { env, cwd: '/tmp' }).then(({ stdout }) => stdout, (error: { stdout: string }) => error.stdout);
  };
  const said = await doctor(`${standby.url(world.database)},${primary.url(world.database)},host=/nowhere password=hidden`);
  assert.match(said, /replica 1.*has replayed all/);
  assert.match(said, /replica 2.*is no standby/);
  assert.match(said, /replica 3.*\/nowhere/);
  assert.doesNotMatch(said, /hidden/);
  assert.match(await doctor('x=y'), /DATABASE_REPLICA_URLS is not a list/);
});
