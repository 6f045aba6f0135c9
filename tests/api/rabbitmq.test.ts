/** A real RabbitMQ gets every event, and tells nodes of jobs; it dies, blocks, refuses and comes back, and nobody who asks Veza notices. */
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { assertStatus } from '../support/client.ts';
import { full } from '../support/level.ts';
import { BINARY, ROOT } from '../support/paths.ts';
import { freePorts } from '../support/process.ts';
import { Follower, RabbitMQ } from '../support/rabbitmq.ts';
import { Server } from '../support/server.ts';
import { mailServer, makeCertificate } from '../support/smtp.ts';
import { playable } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { cluster, template, World } from '../support/world.ts';

const [tlsPort] = await freePorts(1), certificates = mkdtempSync(path.join(tmpdir(), 'veza-rabbitmq-tls-')), certificate = makeCertificate(certificates);
after(() => rmSync(certificates, { recursive: true, force: true }));
const rabbit = await new RabbitMQ([`listeners.ssl.1 = 127.0.0.1:${tlsPort}`, ...['cacertfile', 'certfile'].map((name) => `ssl_options.${name} = ${certificate.file}`),
  `ssl_options.keyfile = ${certificates}/key.pem`]).start();
after(() => rabbit.remove());
const everything = new Follower(rabbit, 'outside');
after(() => everything.close());
await everything.listen();
const world = await World.start('rabbitmq', { RABBITMQ_URL: rabbit.address(), RABBITMQ_TIMEOUT_S: '5' });

const document = JSON.parse(readFileSync(path.join(ROOT, 'api/events.json'), 'utf8'));
const ajv = new Ajv2020({ allErrors: true, strict: false });
addFormats.default(ajv);
ajv.addSchema(document, 'events');

const metric = async (name: string, of = world) => Number((await of.visitor.send('GET', '/metrics')).bytes.toString().match(new RegExp(`^${name} (\\d+)$`, 'm'))?.[1]);
const up = (of = world) => until('RabbitMQ to be used', async () => (await metric('veza_rabbitmq_up', of)) === 1, 60);
const before = await world.sql('select last from bus_numbering'); /* the template's, which happened before there was a RabbitMQ */
/** Ids of the events that are numbered, in their order. */
const written = async () => (await world.sql(`select event_id from outbox where number > ${before} order by number`)).split('\n').filter(Boolean);
const changed = async (n: number) => {
  const reply = await world.as('alice').put('/api/v1/users/{id}', { path: { id: template.ids.alice }, body: { bio: `Bio ${n}` } });
  assertStatus(reply, 200);
};
/** Every event that was written has come, and those of one key in the order of their numbers. */
async function allCame(): Promise<void> {
  await until('all events to come', async () => {
    const came = new Set(everything.ids), missing = (await written()).filter((id) => !came.has(id));
    const unnumbered = await world.sql('select count(*) from outbox where number is null');
    return (missing.length === 0 && unnumbered === '0') || assert.fail(`${missing.length} missing, ${unnumbered} without a number`);
  }, 90, 200);
  assert.deepEqual(everything.disorder, []);
}
/** Nothing waits, and nothing ran twice: each attempt is counted in its row. */
async function jobsDoneOnce(): Promise<void> {
  await until('the jobs to be done', async () => (await world.sql("select count(*) from jobs where state in ('queued', 'running') and run_at <= now()")) === '0', 90, 200);
  assert.equal(await world.sql("select string_agg(kind || ' ' || state || ' ' || attempts || ' ' || deaths, ', ') from jobs where attempts > 1 or deaths > 0 or state in ('failed', 'dead')"), '');
}

test('what happens comes as persistent messages that fit their schemas, with the ids and numbers of the events', async () => {
  await up();
  const carol = world.as('carol'), alice = world.as('alice');
  const registered = await world.visitor.post('/api/v1/auth/register', { body: { email: 'nina@example.org', username: 'nina', password: 'correct horse battery' } });
  assertStatus(registered, 201);
  const track = await playable(carol, { title: 'Heard of' });
  assertStatus(await alice.post('/api/v1/tracks/{id}/like', { path: { id: track.id } }), 200);
  const list = await alice.post('/api/v1/playlists', { body: { name: 'Told of' } });
  assertStatus(list, 201);
  assertStatus(await alice.delete('/api/v1/playlists/{id}', { path: { id: list.body.id } }), 204);
  assertStatus(await carol.delete('/api/v1/tracks/{id}', { path: { id: track.id } }), 204);
  await changed(0);
  await allCame();
  const byName = new Map(everything.messages.map((message) => [message.fields.routingKey, message]));
  for (const name of ['user.created', 'user.updated', 'track.uploaded', 'transcoding.completed', 'track.liked', 'track.deleted', 'playlist.updated', 'playlist.deleted'])
    assert.ok(byName.has(name), `${name} came`);
  const { content, properties } = byName.get('track.uploaded')!, body = JSON.parse(content.toString());
  assert.deepEqual([properties.contentType, properties.deliveryMode, properties.type, properties.headers!['key'], properties.headers!['schema-version']],
    ['application/json', 2, 'track.uploaded', track.id, 1]);
  assert.deepEqual(body, { track_id: track.id, user_id: template.ids.carol, kind: 'track', id: track.id, version: Number(properties.headers!['number']) });
  assert.equal(properties.messageId, await world.sql(`select event_id from outbox where name = 'track.uploaded' and key = '${track.id}'`));
  const created = byName.get('user.created')!, person = await world.sql("select id from users where username = 'nina'");
  assert.equal(created.properties.headers!['schema-version'], 2);
  assert.deepEqual(JSON.parse(created.content.toString()), { user_id: person, kind: 'user', id: person, version: Number(created.properties.headers!['number']) });
  assert.ok(!everything.messages.some(({ content }) => /nina|Heard of|Told of/i.test(content.toString())), 'no name and no title leaves');
});

test('messages hold ids, numbers, times and words of the program, and nothing that people wrote: no erasure reaches a broker', async () => {
  const words = ['file.infected found', 'job.died kind', 'transcoding.failed code', 'user.role_assigned role', 'user.role_revoked role'];
  const texts = Object.entries<{ properties: Record<string, { type: string | string[]; format?: string; enum?: string[]; const?: string }> }>(document.$defs).flatMap(([name, { properties }]) =>
    Object.entries(properties).filter(([, { type, format, enum: values, const: value }]) => [type].flat().includes('string') && !format && !values && !value).map(([member]) => `${name} ${member}`));
  assert.deepEqual(texts, words);
});

test('of a harmful file that is found late, other programs hear the track, and its owner the title', async () => {
  const payload = { user_id: template.ids.carol, track_id: template.ids.dave, file_of: 'A secret title', found: 'Eicar' };
  const id = await world.sql(`insert into outbox (name, key, payload) values ('file.infected', '${template.ids.carol}', '${JSON.stringify(payload)}') returning event_id`);
  await allCame();
  const { file_of: title, ...told } = payload;
  assert.deepEqual(JSON.parse(everything.messages.find(({ properties }) => properties.messageId === id)!.content.toString()), told);
  await until('the owner to be told', async () => (await world.sql(`select count(*) from notifications where type = 'file.infected' and data ->> 'title' = '${title}'`)) === '1');
});

test('a message in a queue of jobs that is none of ours goes to the dead ones, and the jobs go on', async () => {
  const connection = await rabbit.connect(), channel = await connection.createConfirmChannel();
  channel.sendToQueue('veza.jobs.light', Buffer.from('\0{"id": "../../etc/passwd"}'));
  channel.sendToQueue('veza.jobs.heavy', Buffer.alloc(300_000, 'x'), { appId: 'somebody', headers: { a: { b: ['c', 1] } } });
  channel.sendToQueue('veza.jobs.heavy', Buffer.from('{}'), { appId: 'veza' }); /* one that says what is not so: nothing is due */
  await channel.waitForConfirms();
  await until('both to be rejected', async () => (await channel.checkQueue('veza.jobs.dead')).messageCount === 2, 60);
  await until('the others to be acknowledged', async () => (await channel.checkQueue('veza.jobs.heavy')).messageCount === 0, 60);
  assert.equal(await metric('veza_rabbitmq_rejected_total'), 2);
  const before = await metric('veza_rabbitmq_delivered_total');
  await playable(world.as('carol'));
  assert.ok((await metric('veza_rabbitmq_delivered_total')) > before);
  const doctor = spawnSync(BINARY, ['doctor'], { encoding: 'utf8', cwd: world.server.dataDir,
    env: { PATH: '/usr/bin:/bin', VEZA_DATA_DIR: world.server.dataDir, DATABASE_URL: '', PORT_BACKEND: '0', PORT_STREAM: '0', RABBITMQ_URL: rabbit.address() } }).stdout;
  assert.match(doctor, /RabbitMQ\s+takes and confirms messages/);
  assert.match(doctor, /2 messages in veza\.jobs\.dead/);
  await channel.purgeQueue('veza.jobs.dead');
  await connection.close();
});

test('it is killed in mid-work: requests and jobs go on, and everything comes when it is back, each job once', async () => {
  const carol = world.as('carol');
  const work = async (from: number) => {
    for (let n = from; n < from + 20; n++) {
      const begun = performance.now();
      await changed(n);
      assert.ok(performance.now() - begun < 3000, 'a request waits for nobody');
    }
  };
  const working = Promise.all([work(100), playable(carol, { title: 'During the kill' })]);
  await until('work to be under way', async () => (await metric('veza_rabbitmq_published_total')) > 0);
  await rabbit.signal('SIGKILL');
  await working;
  await until('it to be missed', async () => (await metric('veza_rabbitmq_up')) === 0, 30);
  const track = await playable(carol, { title: 'Without it' }); /* by polling */
  await work(200);
  assert.ok(!everything.messages.some(({ content }) => content.includes(track.id)));
  await rabbit.start();
  await everything.listen();
  await up();
  await allCame();
  assert.ok(everything.messages.some(({ content }) => content.includes(track.id)));
  await playable(carol, { title: 'With it again' });
  await jobsDoneOnce();
});

full('it takes no messages for want of memory: requests and jobs go on, and the events come afterwards', async () => {
  await rabbit.control('set_vm_memory_high_watermark', 'absolute', '1MB');
  await changed(300);
  await until('the block to be noticed', async () => (await metric('veza_rabbitmq_blocked')) === 1, 30);
  const track = await playable(world.as('carol'), { title: 'While it is blocked' });
  for (let n = 301; n < 310; n++) await changed(n);
  assert.ok(!everything.messages.some(({ content }) => content.includes(track.id)));
  assert.equal((await fetch(`${world.server.api}/health`)).status, 200);
  await rabbit.control('set_vm_memory_high_watermark', 'absolute', '512MB');
  await allCame();
  await jobsDoneOnce();
});

test('a queue that is full refuses: its events wait, requests do not, and nothing is lost when there is room', async () => {
  const small = new Follower(rabbit, 'small', 'user.updated', { arguments: { 'x-max-length': 1, 'x-overflow': 'reject-publish' } });
  const channel = await small.listen(false), before = await metric('veza_rabbitmq_refused_total');
  for (let n = 400; n < 405; n++) await changed(n);
  await until('it to refuse', async () => (await metric('veza_rabbitmq_refused_total')) > before, 60);
  const track = await playable(world.as('carol'), { title: 'While it is full' }), others: string[] = [track.id];
  for (let n = 0; n < 8; n++) {
    const list = await world.as('carol').post('/api/v1/playlists', { body: { name: `While it is full ${n}` } });
    assertStatus(list, 201);
    others.push(list.body.id);
  }
  /* Three partitions of four go on; that all of these keys are in the fourth is as good as impossible. */
  await until('events of others to come', () => everything.messages.some(({ properties }) => others.includes(String(properties.headers!['key']))), 60);
  await channel.deleteQueue('small');
  await small.close();
  await allCame();
});

test('it hangs: it is given up after its timeout, and used again', async () => {
  await rabbit.signal('SIGSTOP');
  await changed(500);
  await until('it to be given up', async () => (await metric('veza_rabbitmq_up')) === 0, 60);
  await changed(501);
  await rabbit.signal('SIGCONT');
  await up();
  await allCame();
});

full('a job takes longer than the broker waits for acknowledgements: neither lost nor run twice', async () => {
  const limit = (ms: number) => rabbit.control('eval', `application:set_env(rabbit, consumer_timeout, ${ms}).`);
  await limit(1000);
  let letThrough = () => { /* set below */ };
  const mails = await mailServer({ after: new Promise((resolve) => (letThrough = resolve)) }), address = rabbit.address(undefined, 'slow');
  await rabbit.control('add_vhost', 'slow');
  await rabbit.control('set_permissions', '-p', 'slow', 'veza', '^veza[.]', '^veza[.]|^amq[.]default$', '^veza[.]'); /* as docs/operating.md has it */
  const slow = await World.start('rabbitmq-slow', { RABBITMQ_URL: address, SMTP_URL: `smtp://127.0.0.1:${mails.port}`, OUTGOING_THREADS: '1' });
  await up(slow);
  for (const username of ['ada', 'ben', 'cyd'])
    assertStatus(await slow.visitor.post('/api/v1/auth/register', { body: { email: `${username}@example.org`, username, password: 'correct horse battery' } }), 201);
  /* The first is being sent; the message of the next one is here, and too long for the broker. */
  await slow.server.logged(/veza-consume.*PRECONDITION_FAILED/);
  assert.equal(mails.mails.length, 1);
  await up(slow);
  letThrough();
  await until('all mails to be there', () => mails.mails.length === 3, 90);
  await until('their jobs to be done', async () => (await slow.sql("select count(*) from jobs where kind = 'mail.verify_email' and state <> 'done'")) === '0', 60);
  assert.deepEqual(mails.mails.map(({ to }) => to[0]).sort(), ['ada@example.org', 'ben@example.org', 'cyd@example.org']);
  assert.equal(await slow.sql("select max(attempts) || ' ' || max(deaths) from jobs where kind = 'mail.verify_email'"), '1 0');
  await limit(1_800_000);
});

test('a wrong password, a vhost that is not there, a broker that is not there: Veza runs without it, and doctor says which', async () => {
  const doctor = (url: string) => spawnSync(BINARY, ['doctor'], { encoding: 'utf8', cwd: world.server.dataDir,
    env: { PATH: '/usr/bin:/bin', VEZA_DATA_DIR: world.server.dataDir, PORT_BACKEND: '0', PORT_STREAM: '0', RABBITMQ_TIMEOUT_S: '2', RABBITMQ_URL: url } }).stdout;
  assert.match(doctor(rabbit.address('wrong')), /RabbitMQ\s+refuses the user: 403 ACCESS_REFUSED/);
  assert.match(doctor(rabbit.address(undefined, 'elsewhere')), /RabbitMQ\s+refuses the vhost: 530 NOT_ALLOWED/);
  assert.match(doctor('amqp://veza:veza@127.0.0.1:1/'), /RabbitMQ\s+cannot be reached/);
  assert.match(doctor('amqps://veza:veza@127.0.0.1:1/'), /RabbitMQ\s+cannot be reached/);
  for (const url of ['http://veza:secret1@x/', 'amqp://veza:secret1@host:0/', 'amqp://veza:secret1@host:99999/', 'amqp://veza:secret1%00@host/', 'amqp://veza:secret1@host/v?heartbeat=0',
    'amqp://veza:secret1@host/%zz', 'amqp://veza:secret1\n@host/', `amqp://veza:secret1${'x'.repeat(3000)}@host/`, 'amqp://', 'amqp:veza:secret1']) {
    const said = doctor(url);
    assert.match(said, /RABBITMQ_URL must look like/, url);
    assert.ok(!said.includes('secret1'), url);
  }
});

full('with TLS its certificate is checked', async () => {
  const url = rabbit.address().replace('amqp:', 'amqps:').replace(/127\.0\.0\.1:\d+/, `localhost:${tlsPort}`);
  const doctor = (more: object) => spawnSync(BINARY, ['doctor'], { encoding: 'utf8', cwd: world.server.dataDir,
    env: { PATH: '/usr/bin:/bin', VEZA_DATA_DIR: world.server.dataDir, PORT_BACKEND: '0', PORT_STREAM: '0', RABBITMQ_URL: url, ...more } }).stdout;
  assert.match(doctor({ RABBITMQ_CA_FILE: certificate.file }), /RabbitMQ\s+takes and confirms messages/);
  assert.match(doctor({}), /RabbitMQ\s+cannot be reached: .*SSL/);
});

full('a wrong password at the start: everything works, and the log holds no password', async () => {
  const wrong = await World.start('rabbitmq-wrong', { RABBITMQ_URL: rabbit.address('not-this-one') });
  await playable(wrong.as('carol'));
  assert.equal(await metric('veza_rabbitmq_up', wrong), 0);
  await wrong.server.logged(/RabbitMQ is not there.*ACCESS_REFUSED/);
  assert.ok(!wrong.server.log().includes('not-this-one'));
});

full('it is killed again and again while two nodes work: every event comes, every job is done once', async () => {
  const second = new Server('rabbitmq-2', { ...template.settings, DATABASE_URL: cluster.url(world.database), RABBITMQ_URL: rabbit.address() }, world.server.dataDir);
  after(() => second.stop());
  await second.start({}, ['worker']);
  for (let round = 0; round < 3; round++) {
    const published = await metric('veza_rabbitmq_published_total');
    const working = Promise.all([...Array.from({ length: 30 }, (_, n) => changed(1000 + 100 * round + n)), ...Array.from({ length: 3 }, () => playable(world.as('carol')))]);
    await until('messages to be under way', async () => (await metric('veza_rabbitmq_published_total')) > published, 60, 5);
    await rabbit.signal('SIGKILL');
    await working;
    await rabbit.start();
    await everything.listen();
    await up();
  }
  await allCame();
  await jobsDoneOnce();
});

test('every event that came fits its schema, and nothing is written that is not declared', async () => {
  await allCame();
  const headers = ajv.getSchema('events#/$defs/headers')!;
  for (const { fields, properties, content } of everything.messages) {
    const body = JSON.parse(content.toString()), check = ajv.getSchema(`events#/$defs/${fields.routingKey}`);
    assert.ok(check, `${fields.routingKey} is declared`);
    assert.ok(check(body), `${fields.routingKey} ${content.toString()}: ${ajv.errorsText(check.errors)}`);
    assert.deepEqual(Object.keys(body).filter((name) => !(name in document.$defs[fields.routingKey].properties)), []);
    assert.ok(headers(properties.headers), `${JSON.stringify(properties.headers)}: ${ajv.errorsText(headers.errors)}`);
  }
});
