/** A worker alone: health and metrics, for probes and Prometheus, where PORT_WORKER says so. */
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, test } from 'node:test';
import { BINARY } from '../support/paths.ts';
import { freePorts } from '../support/process.ts';
import { Server, type Settings } from '../support/server.ts';
import { playable } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { cluster, template, World } from '../support/world.ts';

const TOKEN = 'a-token-for-metrics-of-more-than-32-bytes';
const world = await World.start('worker', {});
await world.server.stop();
await world.server.start({}, ['api']);

/** A worker beside it, on the same database and files. */
async function worker(settings: Settings = {}): Promise<Server> {
  const server = new Server('worker-alone', { ...template.settings, DATABASE_URL: cluster.url(world.database), ...settings }, world.server.dataDir);
  after(() => server.stop());
  return server.start({}, ['worker']);
}

async function get(port: number, path: string, token?: string, host = '127.0.0.1'): Promise<{ status: number; text: string }> {
  const reply = await fetch(`http://${host}:${port}${path}`, token ? { headers: { authorization: `Bearer ${token}` } } : {});
  return { status: reply.status, text: await reply.text() };
}

/** Local addresses of the TCP sockets that this process listens on, as /proc/net/tcp has them. */
function listening(pid: number): string[] {
  const sockets = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => { try { return readlinkSync(`/proc/${pid}/fd/${fd}`); } catch { return ''; } }));
  return ['tcp', 'tcp6'].flatMap((kind) => readFileSync(`/proc/net/${kind}`, 'utf8').split('\n').slice(1).map((line) => line.trim().split(/\s+/)))
    .filter((words) => words[3] === '0A' && sockets.has(`socket:[${words[9]}]`)).map((words) => words[1]!);
}

test('a worker alone tells that it lives and is ready, and counts its own jobs; it serves nothing else', async () => {
  const [port] = await freePorts(1) as [number];
  const server = await worker({ PORT_WORKER: String(port) });
  for (const path of ['/health', '/healthz', '/readyz']) assert.deepEqual(await get(port, path), { status: 200, text: '{"status":"ok"}' }, path);
  const done = async () => Number((await get(port, '/metrics')).text.match(/^veza_jobs_ended_total\{outcome="done"\} (\d+)$/m)![1]);
  const before = await done();
  const { id } = await playable(world.as('carol'));
  await until('its job to be done', async () => (await world.sql(`select count(*) from jobs where kind = 'transcode' and state = 'done' and payload::text like '%${id}%'`)) === '1');
  await until('the job to be counted', async () => (await done()) > before);
  const { text } = await get(port, '/metrics');
  assert.match(text, /^veza_jobs\{kind="retention",state="queued"\} 1$/m);
  assert.match(text, /^veza_http_requests_total\{server="worker",method="GET",route="\/readyz",status="2xx"\} 1$/m);
  for (const path of ['/', '/api/v1/status', '/openapi.json', '/hls/']) assert.equal((await get(port, path)).status, 404, path);
  assert.equal(await server.stop(), 0);
  await assert.rejects(get(port, '/health'), 'it is closed when the worker ended');
});

test('METRICS_TOKEN guards the metrics of a worker, and not its health', async () => {
  const [port] = await freePorts(1) as [number];
  const server = await worker({ PORT_WORKER: String(port), METRICS_TOKEN: TOKEN });
  assert.equal((await get(port, '/health')).status, 200);
  assert.equal((await get(port, '/metrics')).status, 401);
  assert.equal((await get(port, '/metrics', `${TOKEN}x`)).status, 401);
  assert.equal((await get(port, '/metrics', TOKEN)).status, 200);
  await server.stop();
});

test('it listens nowhere unless PORT_WORKER says so, then on loopback, and elsewhere only by BIND_ADDRESS', async () => {
  const silent = await worker();
  assert.deepEqual(listening(silent.ports.pid), []);
  await silent.stop();
  const [port] = await freePorts(1) as [number], hex = port.toString(16).toUpperCase().padStart(4, '0');
  const local = await worker({ PORT_WORKER: String(port) });
  assert.deepEqual(listening(local.ports.pid), [`0100007F:${hex}`]);
  await assert.rejects(get(port, '/health', undefined, '127.0.0.2'));
  await local.stop();
  const open = await worker({ PORT_WORKER: String(port), BIND_ADDRESS: '0.0.0.0' });
  assert.equal((await get(port, '/health', undefined, '127.0.0.2')).status, 200);
  await open.stop();
});

test('a port that is in use refuses the start, names the setting, and no job is taken; doctor finds it', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const port = String((taken.address() as { port: number }).port), sentence = `port ${port} (PORT_WORKER) on 127.0.0.1 cannot be opened: Address already in use`;
  try {
    const job = await world.sql("insert into jobs (kind) values ('retention') returning id");
    await assert.rejects(worker({ PORT_WORKER: port }), (error: Error) => error.message.includes(sentence));
    assert.equal(await world.sql(`select state from jobs where id = '${job}'`), 'queued');
    const { stdout } = spawnSync(BINARY, ['doctor'], { cwd: world.server.dataDir, encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', VEZA_DATA_DIR: world.server.dataDir, PORT_BACKEND: '0', PORT_STREAM: '0', PORT_WORKER: port } });
    assert.match(stdout, new RegExp(`✗ worker port .*another program listens on port ${port}`));
  } finally {
    taken.close();
  }
});

test('doctor knows the servers of Veza that answer at its ports, where the database is elsewhere too', async () => {
  const [port] = await freePorts(1) as [number];
  const server = await worker({ PORT_WORKER: String(port) });
  const { api } = world.server.ports;
  const { stdout } = spawnSync(BINARY, ['doctor'], { cwd: world.server.dataDir, encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin', ...template.settings, DATABASE_URL: cluster.url(world.database), VEZA_DATA_DIR: world.server.dataDir, PORT_BACKEND: String(api), PORT_STREAM: '0', PORT_WORKER: String(port) } });
  assert.match(stdout, new RegExp(`✓ API port +${api} is in use on .*, and Veza answers there`));
  assert.match(stdout, new RegExp(`✓ worker port +${port} is in use on .*, and Veza answers there`));
  await server.stop();
});

test('where the API or the stream server runs, that port stays closed: they tell the same', async () => {
  const [port] = await freePorts(1) as [number];
  const all = await World.start('worker-with-all', { PORT_WORKER: String(port) });
  assert.equal(listening(all.server.ownPorts.pid).length, 2);
  await assert.rejects(get(port, '/health'));
});

test('a check of every part that waits for the object store holds up no probe, and only one at once waits', async () => {
  const [port] = await freePorts(1) as [number];
  let asked = 0;
  const silent = createServer((socket) => { socket.on('error', () => undefined).on('data', () => asked++); }).listen(0, '127.0.0.1');
  await new Promise((resolve) => silent.once('listening', resolve));
  const server = await worker({ PORT_WORKER: String(port), S3_ENABLED: 'true', S3_ENDPOINT: `http://127.0.0.1:${(silent.address() as { port: number }).port}`, S3_BUCKET: 'none', S3_ACCESS_KEY: 'x', S3_SECRET_KEY: 'x' });
  const deep = async () => {
    const { status, text } = await get(port, '/health/deep');
    assert.deepEqual([status, (JSON.parse(text) as { checks: { object_store: object } }).checks.object_store], [503, { status: 'down' }]);
  };
  try {
    const from = asked, waiting: Promise<void>[] = [];
    await until('the store to be asked', () => { waiting.push(deep()); return asked > from; }, 20, 100);
    const first = await Promise.race([Promise.all(waiting).then(() => 'who waits'), Promise.all([get(port, '/readyz'), deep(), deep()]).then(([{ status }]) => `the others: ${status}`)]);
    assert.equal(first, 'the others: 200');
    await Promise.all(waiting);
  } finally {
    await server.stop();
    silent.close();
  }
});
