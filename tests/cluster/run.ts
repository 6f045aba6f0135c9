/**
 * Several machines, and everything that goes wrong between them: `node --import tsx cluster/run.ts [SECONDS] [SEED]` (tools/cluster-test). Links are cut,
 * lose packets or are slow, nodes die or stand still, parts are killed and started again, a standby of the database falls behind, while clients upload, listen and
 * change things on any node. What was acknowledged is noted here and looked for at the end; what was hidden, all the time. Its last line is "N passed, N failed".
 */
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Cluster, WITH_STANDBYS } from '../support/cluster.ts';
import { makeSound, wav } from '../support/media.ts';
import { Network, type Machine } from '../support/network.ts';
import { BINARY, LOGS } from '../support/paths.ts';
import { signalProcess } from '../support/process.ts';
import { Follower, RabbitMQ } from '../support/rabbitmq.ts';
import { seeded } from '../support/random.ts';
import { Redis } from '../support/redis.ts';
import { Swift } from '../support/swift.ts';
import { Hopeless, pause, until } from '../support/wait.ts';
import { Delay } from './delay.ts';

const SECONDS = Number(process.argv[2] ?? 90), SEED = Number(process.argv[3] ?? Math.floor(Math.random() * 1e9));
const PASSWORD = 'correct horse battery', PEOPLE = ['ada', 'ben', 'cleo', 'dan'] as const;
const MOST_TRACKS = 40 + Math.floor(SECONDS / 10);

/** Faults and their order follow from the seed; what clients do beside them depends on how fast they are answered. */
const { below, pick } = seeded(SEED);
const between = (from: number, to: number) => from + below(to - from);
/** For clients, whose number of turns is not the seed's. */
const any = <T>(list: readonly T[]): T => list[Math.floor(Math.random() * list.length)]!;

const folder = mkdtempSync(path.join(tmpdir(), 'veza-cluster-'));
spawnSync('chmod', ['755', folder]);
process.env['TMPDIR'] = folder;
mkdirSync(LOGS, { recursive: true });

const wrong: string[] = [];
const expect = (good: boolean, what: string) => { if (!good && wrong.length < 40) wrong.push(what); };

/* The machines */

const network = Network.make();
const homes = { database: network.add('pg'), redis: network.add('redis'), store: network.add('s3'), broker: network.add('mq'), replica: network.add('pg2') };
type Settings = Record<string, string>;

/** What nodes depend on: where it runs, how it dies and starts, and what nodes are told of it. `only`: those that use it; all, where it is not said. */
interface Part { name: string; only?: Node['role']; home: Machine; port: number; kill: () => Promise<void>; start: () => Promise<unknown>; settings: (host: string, port: number) => Settings }
const parts: Part[] = [];
let replica: Part;

/** Processes that were killed: others take their jobs at once. */
const dead = new Set<number>();

class Node {
  private process: ChildProcess | undefined;
  private readonly log: string;
  private readonly data: string;
  starts = 0;
  readonly delays = new Map<Part, Delay>();

  constructor(readonly name: string, readonly role: 'api' | 'stream' | 'worker', readonly machine: Machine) {
    this.log = path.join(LOGS, `cluster-${name}.log`);
    /* Files that come in several requests are staged in a folder that API servers share; here it stands for a network file system that does not fail. */
    this.data = path.join(folder, role === 'api' ? role : name);
    mkdirSync(this.data, { recursive: true });
    rmSync(this.log, { force: true });
  }

  /** `delayed`: its ways to the parts are through proxies of ours. */
  async connect(delayed: boolean): Promise<void> {
    for (const part of delayed ? parts : []) this.delays.set(part, await Delay.to(part.home.address, part.port, network.address));
  }

  /** Where it finds a part. */
  way(part: Part): { host: string; port: number } {
    const delay = this.delays.get(part);
    return delay ? { host: network.address, port: delay.port } : { host: part.home.address, port: part.port };
  }

  get running(): boolean {
    return !!this.process && this.process.exitCode === null && this.process.signalCode === null;
  }

  get settings(): Settings {
    const ways = parts.map((part) => { const { host, port } = this.way(part); return part.settings(host, port); });
    return Object.assign({}, SHARED, ...ways, { VEZA_DATA_DIR: this.data, BIND_ADDRESS: this.machine.address }) as Settings;
  }

  /** It may need several attempts, while parts are away. */
  launch(): void {
    const log = openSync(this.log, 'a'), [command, ...words] = [...this.machine.inside, 'setpriv', '--pdeathsig', 'KILL', BINARY, 'serve', this.role];
    this.ready = path.join(folder, `${this.name}-${this.starts++}.json`);
    this.process = spawn(command!, words, { cwd: this.data, stdio: ['ignore', log, log], env: { ...this.settings, VEZA_READY_FILE: this.ready } });
  }
  private ready = '';

  async start(): Promise<void> {
    this.launch();
    await until(`${this.name} to be ready (${this.log})`, () => {
      if (!this.running) throw new Hopeless(`${this.name} ended: ${this.said().slice(-1000)}`);
      return readFileSync(this.ready, 'utf8');
    }, 30);
  }

  said(): string {
    return readFileSync(this.log, 'utf8');
  }

  signal(signal: NodeJS.Signals): Promise<void> {
    if (signal === 'SIGKILL' && this.process?.pid) dead.add(this.process.pid);
    return signalProcess(this.process, signal);
  }

  get address(): string {
    return `http://${this.machine.address}:${this.role === 'stream' ? 18082 : 18080}`;
  }
}

const METRICS_TOKEN = 'a token for metrics, thirty-two bytes or more';
const SHARED: Settings = {
  PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', APP_SECRET: 'a secret of the tests, thirty-two bytes or more', STREAM_SECRET: 'another secret of the tests, thirty-two bytes',
  PASSWORD_COST: '8', ACCESS_TOKEN_S: '86400', RATE_LIMIT_ENABLED: 'false', MIGRATE_AT_START: 'false', JOB_STALE_S: '8', LOG_FORMAT: 'json', ACCESS_LOG: 'false', S3_ENABLED: 'true', METRICS_TOKEN,
};
const nodes = (['api', 'stream', 'worker'] as const).flatMap((role) => [1, 2].map((number) => new Node(`${role}${number}`, role, network.add(`${role}${number}`))));
const of = (role: Node['role']) => nodes.filter((node) => node.role === role);

/* What is known to be so, and what else it may be since the last change of it was not answered. */
interface Known<T> { now: T; perhaps: T[] }
type Visibility = Known<'public' | 'private'>;
type Presence = Known<'there' | 'gone'>;
const tracks = new Map<string, Presence & { owner: string; sha256: string; visibility: Visibility }>();
const likes = new Map<string, Known<boolean>>(), bios = new Map<string, Known<string>>();
const comments = new Map<string, Presence & { author: string; track: string; text: string }>();
const lists = new Map<string, { owner: string; items: string[]; perhaps: string[]; visibility: Visibility }>();
const uploads = new Map<string, { owner: string; file: Buffer; offset: number }>();
const tokens = new Map<string, string>(), ids = new Map<string, string>();
let acknowledged = 0, unanswered = 0, heard = 0, visits = 0;

class Unanswered extends Error {}
interface Answer { status: number; headers: Headers; bytes: Buffer; json: <T>() => T }
async function askAt(address: string, person: string | undefined, method: string, target: string, body?: object | FormData | Buffer, headers: Settings = {}, seconds = 20): Promise<Answer> {
  const plain = body && !(body instanceof FormData) && !Buffer.isBuffer(body);
  try {
    const reply = await fetch(address + target, { method, signal: AbortSignal.timeout(seconds * 1000), body: (plain ? JSON.stringify(body) : body ?? null) as NonNullable<RequestInit['body']> | null,
      headers: { ...(person && { authorization: `Bearer ${tokens.get(person)}` }), ...(plain ? { 'content-type': 'application/json' } : {}), ...headers } });
    const bytes = Buffer.from(await reply.arrayBuffer());
    if (reply.status >= 500) throw new Unanswered(`${reply.status} ${bytes.toString().slice(0, 200)}`);
    return { status: reply.status, headers: reply.headers, bytes, json: () => JSON.parse(bytes.toString()) as never };
  } catch (error) {
    unanswered++;
    throw error instanceof Unanswered ? error : new Unanswered(String(error));
  }
}
const ask = (person: string, method: string, target: string, body?: object | FormData | Buffer, headers?: Settings) => askAt(any(of('api')).address, person, method, target, body, headers);
/** When all is well again. */
const askUntil = (person: string, target: string) => until(`an answer to ${target}`, () => ask(person, 'GET', target), 60, 200);
const ok = (reply: Answer, what: string) => {
  if (reply.status >= 300) throw new Error(`${what}: ${reply.status} ${reply.bytes.toString().slice(0, 300)}`);
  acknowledged++;
};
async function change<T>(known: Known<T>, value: T, request: () => Promise<Answer>, what: string): Promise<void> {
  known.perhaps = [value];
  const reply = await request();
  if (reply.status === 404 || reply.status === 409) known.perhaps = [];
  ok(reply, what);
  known.now = value;
  known.perhaps = [];
}
const living = () => [...tracks].filter(([, { now, perhaps }]) => now === 'there' && !perhaps.length);
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
let sounds = 0;
/** Every seventh can be played before all of it is made, which happens from a minute on. */
const sound = () => wav(++sounds % 7 ? makeSound(0.5 + Math.random(), { seed: SEED % 1000 + sounds }) : makeSound(61, { sampleRate: 8000, channels: 1, seed: SEED % 1000 + sounds }));
function finishUpload(address: string, track: string | null): void {
  const part = uploads.get(address);
  if (!part || !track) return;
  tracks.set(track, uploaded(part.owner, part.file));
  uploads.delete(address);
}
const uploaded = (owner: string, file: Buffer) => ({ now: 'there' as const, perhaps: [], owner, sha256: sha256(file), visibility: { now: 'public' as const, perhaps: [] } });
const TUS = { 'tus-resumable': '1.0.0' };

/** What no list of a visitor may hold from now on, and the number of its hiding. */
const hidden = new Map<string, number>();
let hidings = 0;
const seen: string[] = [];

/** Reads a list as a visitor, never from the memory of a node: those who wrote a moment ago are not answered from it. */
async function visit(address: string, list: string): Promise<void> {
  const hiddenBefore = [...hidden], asked = performance.now(), reply = await askAt(address, undefined, 'GET', `${list}?limit=100`, undefined, { 'Veza-Position': '0/1' });
  if (reply.status === 404) return; /* of what is hidden itself */
  expect(reply.status === 200, `${list}: ${reply.status} ${reply.bytes.toString().slice(0, 300)}`);
  visits++;
  for (const [what, number] of hiddenBefore)
    if (hidden.get(what) === number && reply.bytes.includes(what)) seen.push(`a visitor saw "${what}" on ${list} of ${address}, asked ${Math.round(asked)} ms after the begin; it was hidden before`);
}
/** It was acknowledged: at once, no node shows it any more. */
async function keepHidden(what: string, where: string[]): Promise<void> {
  hidden.set(what, ++hidings);
  await Promise.all(of('api').flatMap(({ address }) => where.map((list) => visit(address, list).catch((error: unknown) => { if (!(error instanceof Unanswered)) throw error; }))));
}
const listsOfVisitors = () => [...[...tracks.keys()].map((id) => `/api/v1/tracks/${id}/comments`), ...placesOfTracks(), ...[...ids.values()].map((id) => `/api/v1/users/${id}/playlists`)];
const placesOfTracks = () => ['/api/v1/tracks', ...[...lists.keys()].map((id) => `/api/v1/playlists/${id}/tracks`)];
/** Hides or shows something that somebody owns. */
async function toggle(what: string, visibility: Visibility, request: (value: string) => Promise<Answer>, where: string[]): Promise<void> {
  if (visibility.perhaps.length) return;
  hidden.delete(what);
  await change(visibility, visibility.now === 'public' ? 'private' : 'public', () => request(visibility.perhaps[0]!), 'visibility');
  if (visibility.now === 'private') await keepHidden(what, where);
}

const actions: ((person: string) => Promise<void>)[] = [
  async function upload(person) {
    if (tracks.size >= MOST_TRACKS) return;
    const file = sound(), form = new FormData();
    form.set('visibility', 'public');
    form.set('file', new Blob([new Uint8Array(file)]), 'a.wav');
    const reply = await ask(person, 'POST', '/api/v1/tracks', form);
    ok(reply, 'upload');
    tracks.set(reply.json<{ id: string }>().id, uploaded(person, file));
  },
  async function uploadInParts(person) {
    const open = [...uploads].find(([, { owner }]) => owner === person);
    if (!open) {
      if (tracks.size >= MOST_TRACKS) return;
      const file = sound(), reply = await ask(person, 'POST', '/api/v1/uploads/tus', undefined, { ...TUS, 'upload-length': String(file.length), 'upload-metadata': `filename ${btoa('a.wav')},visibility ${btoa('public')}` });
      ok(reply, 'tus');
      uploads.set(new URL(reply.headers.get('location')!, 'http://x').pathname, { owner: person, file, offset: 0 });
      return;
    }
    const [address, part] = open;
    const to = Math.random() < 0.3 ? part.file.length : Math.min(part.file.length, part.offset + 1 + Math.floor(Math.random() * 60_000));
    const reply = await ask(person, 'PATCH', address, part.file.subarray(part.offset, to), { ...TUS, 'upload-offset': String(part.offset), 'content-type': 'application/offset+octet-stream' });
    if (reply.status === 409 || reply.status === 423) { /* more of it came than was answered */
      const known = part.offset, head = await ask(person, 'HEAD', address, undefined, TUS), offset = Number(head.headers.get('upload-offset'));
      if (head.status !== 200) return;
      expect(offset >= known, `upload ${address}: offset ${offset}, and ${known} was acknowledged`);
      part.offset = Math.max(part.offset, offset);
      finishUpload(address, head.headers.get('veza-track'));
      return;
    }
    ok(reply, 'patch');
    part.offset = Math.max(part.offset, Number(reply.headers.get('upload-offset')));
    finishUpload(address, reply.headers.get('veza-track'));
  },
  async function like(person) {
    const [id] = any(living()) ?? [];
    if (!id) return;
    const known = likes.get(`${person} ${id}`) ?? { now: false, perhaps: [] };
    likes.set(`${person} ${id}`, known);
    if (!known.perhaps.length) await change(known, !known.now, () => ask(person, known.now ? 'DELETE' : 'POST', `/api/v1/tracks/${id}/like`), 'like');
  },
  async function describe(person) {
    const known = bios.get(person)!, bio = `bio ${acknowledged}`;
    if (!known.perhaps.length) await change(known, bio, () => ask(person, 'PUT', `/api/v1/users/${ids.get(person)}`, { bio }), 'bio');
  },
  async function comment(person) {
    const [id] = any(living()) ?? [];
    if (!id) return;
    const text = `comment ${person} ${acknowledged} ${Math.random()}`, reply = await ask(person, 'POST', `/api/v1/tracks/${id}/comments`, { content: text });
    ok(reply, 'comment');
    comments.set(reply.json<{ id: string }>().id, { now: 'there', perhaps: [], author: person, track: id, text });
  },
  async function addToList(person) {
    const own = [...lists].find(([, { owner }]) => owner === person), [id] = any(living()) ?? [];
    if (!own) {
      const reply = await ask(person, 'POST', '/api/v1/playlists', { name: `of ${person}`, is_public: true });
      ok(reply, 'playlist');
      lists.set(reply.json<{ id: string }>().id, { owner: person, items: [], perhaps: [], visibility: { now: 'public', perhaps: [] } });
      return;
    }
    if (!id || own[1].perhaps.length) return;
    own[1].perhaps = [id];
    const reply = await ask(person, 'POST', `/api/v1/playlists/${own[0]}/tracks`, { track_id: id });
    own[1].perhaps = [];
    ok(reply, 'item');
    own[1].items.push(id);
  },
  async function remove(person) {
    const own = living().filter(([, { owner }]) => owner === person);
    if (own.length < 4 || Math.random() < 0.7) return;
    const [id, known] = any(own);
    await change(known, 'gone', () => ask(person, 'DELETE', `/api/v1/tracks/${id}`), 'deletion');
    await keepHidden(id, placesOfTracks());
  },
  async function removeComment(person) {
    const [id, known] = any([...comments].filter(([, { author, now, perhaps, track }]) => author === person && now === 'there' && !perhaps.length && tracks.get(track)?.now === 'there')) ?? [];
    if (!known || Math.random() < 0.5) return;
    await change(known, 'gone', () => ask(person, 'DELETE', `/api/v1/comments/${id}`), 'deletion of a comment');
    await keepHidden(known.text, [`/api/v1/tracks/${known.track}/comments`]);
  },
  async function hideOrShowTrack(person) {
    const [id, known] = any(living().filter(([, { owner }]) => owner === person)) ?? [];
    if (known) await toggle(id!, known.visibility, (visibility) => ask(person, 'PUT', `/api/v1/tracks/${id}`, { visibility }), placesOfTracks());
  },
  async function hideOrShowList(person) {
    const [id, list] = [...lists].find(([, { owner }]) => owner === person) ?? [];
    if (list) await toggle(id!, list.visibility, (visibility) => ask(person, 'PUT', `/api/v1/playlists/${id}`, { visibility }), [`/api/v1/users/${ids.get(person)}/playlists`]);
  },
  /** Hears a track as a player does: playlist, init, segments, each from whichever stream server answers. */
  async function listen(person) {
    const [id] = any(living()) ?? [];
    if (!id) return;
    const stream = (target: string) => askAt(any(of('stream')).address, person, 'GET', target, undefined, {}, 10);
    const master = await stream(`/hls/${id}/master.m3u8`), base = `/hls/${id}/`;
    if (master.status !== 200) return; /* not processed yet, or gone */
    const rendition = new URL(master.bytes.toString().split('\n').find((line) => line && !line.startsWith('#'))!, `http://x${base}`).pathname, playlist = await stream(rendition);
    if (playlist.status !== 200) return;
    const text = playlist.bytes.toString(), names = [text.match(/#EXT-X-MAP:URI="([^"]+)"/)?.[1], ...text.split('\n').filter((line) => line && !line.startsWith('#'))];
    for (const name of names) {
      const reply = await stream(new URL(name!, `http://x${rendition}`).pathname);
      if (reply.status === 404 || reply.status === 409) return; /* deleted meanwhile, or the worker died that had made the first quality: the next makes it again (ADR 0094) */
      expect(reply.status === 200 && reply.bytes.length > 0, `a segment of ${id}: ${reply.status}, ${reply.bytes.length} bytes`);
    }
    heard++;
  },
];

/** What one person, or a visitor, does until time is over. Refusals that a deletion beside it explains are no fault. */
async function work(person: string, over: () => boolean, doOne = () => any(actions)(person)): Promise<void> {
  while (!over()) {
    try {
      await doOne();
    } catch (error) {
      if (error instanceof Unanswered) await pause(50);
      else if (!/: 404 |: 409 |There is no such track/.test(String(error))) expect(false, `${person}: ${String(error)}`);
    }
    await pause(20);
  }
}

/* Faults */

const LONGEST_MS = 5000;
let faults = 0;
const told = new Map<string, number>();

/** One at a time for each machine, since two would heal each other. */
const busy = new Set<unknown>();
async function during(what: string, subjects: unknown[], fault: () => Promise<void> | void, ms: number, mend: () => Promise<unknown> | void): Promise<void> {
  if (subjects.some((one) => busy.has(one))) return;
  for (const one of subjects) busy.add(one);
  faults++;
  told.set(what, (told.get(what) ?? 0) + 1);
  try {
    await fault();
    await pause(ms);
  } finally {
    await mend();
    for (const one of subjects) busy.delete(one);
  }
}
/** Starts it until it stays: it may end by itself while a part is away. */
async function restart(node: Node, over: () => boolean): Promise<void> {
  for (;;) {
    try {
      if (!node.running) await node.start();
      return;
    } catch (error) {
      if (over()) throw error;
      await node.signal('SIGKILL');
      await pause(200);
    }
  }
}

function strike(over: () => boolean): Promise<void> {
  const kind = below(11), node = pick(nodes), part = pick(parts.filter(({ only }) => !only || only === node.role)), ms = between(300, LONGEST_MS), { host, port } = node.way(part), percent = between(10, 60);
  const other = nodes.find((one) => one.role === node.role && one !== node)!;
  switch (kind) {
    case 0: return during(`${node.role} killed`, [node], () => node.signal('SIGKILL'), ms, () => restart(node, over));
    case 1: return during(`${node.role} stands still`, [node], () => node.signal('SIGSTOP'), ms, () => node.signal('SIGCONT'));
    case 2: case 8: {
      const victim = pick(parts);
      return during(`${victim.name} killed`, [victim], victim.kill, ms, victim.start);
    }
    case 3: return during(`${node.role} cut off from ${part.name}`, [node], () => node.machine.lose(100, host, port), ms, () => node.machine.heal());
    case 4: return during(`${node.role} loses packets to ${part.name}`, [node], () => node.machine.lose(percent, host, port), ms, () => node.machine.heal());
    case 5: return during(`${node.role} and its clients cut`, [node], () => node.machine.lose(100, network.address), ms, () => node.machine.heal());
    case 6: return during('PostgreSQL and its standby cut', [replica], () => homes.replica.lose(100, homes.database.address), ms, () => homes.replica.heal());
    case 7: return during('the standby is late', [replica], () => setLate(`${between(100, 3000)}ms`), ms, () => setLate('0'));
    default: {
      const delay = (node.delays.size ? node : other).delays.get(part)!;
      return during(`slow way to ${part.name}`, [delay], () => { delay.ms = between(20, 300); }, ms, () => { delay.ms = 0; });
    }
  }
}

/** So late the standby replays. */
async function setLate(delay: string): Promise<void> {
  await standby.set('recovery_min_apply_delay', delay);
}

/** What answered lists of visitors, of each process as it said last. */
const answers = new Map<string, { replica: number; hiding: number }>();
async function countAnswers(node: Node, over: () => boolean): Promise<void> {
  for (; !over(); await pause(500)) {
    const text = await askAt(node.address, undefined, 'GET', '/metrics', undefined, { authorization: `Bearer ${METRICS_TOKEN}` }, 2).then(({ bytes }) => bytes.toString(), () => '');
    const number = (labels: string) => Number(text.match(new RegExp(`^veza_replica_reads_total{${labels}} (\\d+)$`, 'm'))?.[1] ?? 0);
    if (text) answers.set(`${node.name} ${node.starts}`, { replica: number('served="replica",why=""'), hiding: number('served="primary",why="hiding"') });
  }
}

/* The look at the end */

function settle<T>(known: Known<T>, seen: T, what: string): void {
  expect(seen === known.now || known.perhaps.includes(seen), `${what}: ${String(seen)}, and ${String(known.now)} was acknowledged`);
  known.now = seen;
  known.perhaps = [];
}
/** All pages of a list. */
async function all<T>(person: string, target: string): Promise<T[]> {
  const items: T[] = [];
  for (let cursor = ''; ;) {
    const page = (await askUntil(person, `${target}?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)).json<{ items?: T[]; next: string | null }>();
    items.push(...page.items ?? []);
    if (!page.next) return items;
    cursor = page.next;
  }
}

async function look(): Promise<void> {
  for (const [address, part] of uploads) {
    const head = await until(`upload ${address}`, () => ask(part.owner, 'HEAD', address, undefined, TUS), 60, 200), offset = Number(head.headers.get('upload-offset'));
    expect(head.status === 200 && offset >= part.offset && offset <= part.file.length, `upload ${address}: ${head.status}, offset ${offset}, ${part.offset} was acknowledged`);
    finishUpload(address, head.headers.get('veza-track'));
  }
  for (const [id, { owner, visibility }] of lists) {
    settle(visibility, (await askUntil(owner, `/api/v1/playlists/${id}`)).json<{ visibility: 'public' }>().visibility, `visibility of playlist ${id}`);
  }
  for (const [id, known] of tracks) {
    const found = await askUntil(known.owner, `/api/v1/tracks/${id}`);
    settle(known, found.status === 200 ? 'there' : 'gone', `track ${id}`);
    if (known.now === 'gone') continue;
    settle(known.visibility, found.json<{ visibility: 'public' }>().visibility, `visibility of track ${id}`);
    if (known.visibility.now === 'private') { /* all may look now at what they did with it */
      hidden.delete(id);
      await until(`track ${id} to be public`, async () => (await ask(known.owner, 'PUT', `/api/v1/tracks/${id}`, { visibility: 'public' })).status === 200, 60, 200);
    }
    const track = await until(`track ${id} to be processed`, async () => {
      const found = (await ask(known.owner, 'GET', `/api/v1/tracks/${id}`)).json<{ status: string; status_message: string }>();
      return found.status !== 'processing' && found;
    }, 180, 200).catch((error: Error) => ({ status: String(error), status_message: '' }));
    expect(track.status === 'completed', `track ${id} is ${track.status}: ${track.status_message}`);
    expect(sha256((await askUntil(known.owner, `/api/v1/tracks/${id}/download`)).bytes) === known.sha256, `track ${id} is not what was sent`);
    const said = (await all<{ content: string }>(known.owner, `/api/v1/tracks/${id}/comments`)).map(({ content }) => content);
    for (const one of comments.values()) {
      if (one.track !== id) continue;
      const times = said.filter((text) => text === one.text).length;
      settle(one, times ? 'there' : 'gone', `comment "${one.text}"`);
      expect(times < 2, `comment "${one.text}" is there ${times} times`);
    }
  }
  for (const person of PEOPLE) {
    settle(bios.get(person)!, (await askUntil(person, '/api/v1/auth/me')).json<{ bio: string | null }>().bio ?? '', `bio of ${person}`);
    const liked = new Set((await all<{ id: string }>(person, `/api/v1/users/${ids.get(person)}/likes`)).map(({ id }) => id));
    for (const [key, known] of likes) {
      const [who, id] = key.split(' ') as [string, string];
      if (who === person && tracks.get(id)?.now === 'there') settle(known, liked.has(id), `like ${key}`);
    }
  }
  for (const [id, list] of lists) {
    const isThere = (track: string) => tracks.get(track)?.now === 'there';
    const seen = (await all<{ track_id: string | null }>(list.owner, `/api/v1/playlists/${id}/tracks`)).map(({ track_id }) => track_id ?? '').filter(isThere), noted = list.items.filter(isThere);
    /* What was not answered may have come in the middle, when it was noted as lost, or at the end. */
    const extra = [...seen];
    for (const one of noted) { const at = extra.indexOf(one); expect(at >= 0, `playlist ${id} lost ${one}`); extra.splice(at, 1); }
    expect(extra.every((one) => list.perhaps.includes(one)), `playlist ${id} holds more than was put into it: ${extra}`);
  }
  for (const [id, { now, owner }] of tracks) {
    if (now !== 'there') continue;
    const count = [...likes].filter(([key, known]) => key.endsWith(id) && known.now).length;
    await until(`the count of ${id}`, async () => (await ask(owner, 'GET', `/api/v1/tracks/${id}`)).json<{ like_count: number }>().like_count === count, 10, 200)
      .catch((error: Error) => expect(false, `${error.message}: ${count} likes`));
  }
}

/* The run */

const database = await Cluster.create({ ...WITH_STANDBYS, listen_addresses: homes.database.address, synchronous_commit: 'on' }, homes.database.inside);
const standby = await database.standby({ listen_addresses: homes.replica.address, hot_standby_feedback: 'on' }, homes.replica.inside);
const broker = new RabbitMQ([], homes.broker.inside, homes.broker.address), follower = new Follower(broker, 'outside');
const redis = new Redis(undefined, homes.redis.inside, homes.redis.address), swift = new Swift([], homes.store.inside, homes.store.address);
const sql = (text: string) => database.sql('veza', text);

async function begin(): Promise<void> {
  await redis.start();
  await swift.start();
  await swift.makeBucket('veza');
  await broker.start();
  await until('a queue of all events', () => follower.listen(false), 60, 500);
  await follower.close();
  replica = { name: 'the replica', only: 'api', home: homes.replica, port: 5432, kill: async () => standby.signal('SIGKILL'), start: () => standby.start(), settings: (host, port) => ({ DATABASE_REPLICA_URLS: `host=${host} port=${port} user=app dbname=veza` }) };
  parts.push(replica,
    { name: 'RabbitMQ', only: 'worker', home: homes.broker, port: broker.port, kill: () => broker.signal('SIGKILL'), start: () => broker.start(), settings: (host, port) => ({ RABBITMQ_URL: broker.address(undefined, undefined, host, port) }) },
    { name: 'PostgreSQL', home: homes.database, port: 5432, kill: async () => database.signal('SIGKILL'), start: () => database.start(), settings: (host, port) => ({ DATABASE_URL: `host=${host} port=${port} user=app dbname=veza` }) },
    { name: 'Redis', home: homes.redis, port: 6379, kill: () => redis.signal('SIGKILL'), start: () => redis.start(), settings: (host, port) => ({ REDIS_URL: `redis://${host}:${port}/0` }) },
    { name: 'the object store', home: homes.store, port: swift.port, kill: () => swift.signal('SIGKILL'), start: () => swift.start(), settings: (host, port) => ({ ...swift.settings('veza'), S3_ENDPOINT: `http://${host}:${port}` }) },
  );
  await database.sql('postgres', 'create database veza');
  const secrets = path.join(folder, 'jwt.pem');
  spawnSync('openssl', ['genrsa', '-out', secrets, '2048']);
  spawnSync('openssl', ['rsa', '-in', secrets, '-pubout', '-out', secrets.replace('.pem', '.pub.pem')]);
  SHARED['JWT_PRIVATE_KEY_PATH'] = secrets;
  for (const node of nodes) await node.connect(node.name.endsWith('2'));
  await veza('migrate', 'up');
  /* Who ran a job, seen from the outside. */
  await sql(`create table runs (job uuid, kind text, node text, state text, silent_s double precision, at timestamptz default clock_timestamp());
    create function note_run() returns trigger language plpgsql as $$ begin
      insert into runs values (new.id, new.kind, coalesce(new.locked_by, old.locked_by), case when new.deaths > old.deaths then 'taken' else new.state end, extract(epoch from clock_timestamp() - old.heartbeat_at));
      return null; end $$;
    create trigger note_run after update on jobs for each row when (old.state is distinct from new.state or old.locked_by is distinct from new.locked_by) execute function note_run();
    grant all on runs to public`);
  await Promise.all(nodes.map((node) => node.start()));
  for (const name of PEOPLE) {
    const made = await veza('user', 'create', '--username', name, '--email', `${name}@example.org`, '--role', 'creator', '--verified');
    if (!made) throw new Error('veza user create');
    const reply = await fetch(`${nodes[0]!.address}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: `${name}@example.org`, password: PASSWORD }) });
    const body = (await reply.json()) as { access_token?: string };
    if (!body.access_token) throw new Error(`login: ${reply.status} ${JSON.stringify(body)}`);
    tokens.set(name, body.access_token);
    bios.set(name, { now: '', perhaps: [] });
    ids.set(name, (await ask(name, 'GET', '/api/v1/auth/me')).json<{ id: string }>().id);
  }
}

/** A command of veza on the first machine; what it says. */
async function veza(...words: string[]): Promise<string> {
  const [command, ...rest] = [...nodes[0]!.machine.inside, BINARY, ...words];
  const run = promisify(execFile)(command!, rest, { env: nodes[0]!.settings, cwd: folder });
  run.child.stdin?.end(`${PASSWORD}\n`);
  return run.then(({ stdout }) => stdout || 'done', (error: { stdout: string; stderr: string }) => { throw new Error(`veza ${words.join(' ')}: ${error.stdout}${error.stderr}`); });
}

let passed = 0, failed = 0;
const tell = (what: string) => {
  if (wrong.length) failed++; else passed++;
  console.log(`${wrong.length ? 'FAIL' : 'ok  '} ${what}${wrong.map((line) => `\n     ${line}`).join('')}`);
  wrong.length = 0;
};

async function disturb(): Promise<void> {
  const end = performance.now() + SECONDS * 1000, over = () => performance.now() > end;
  const workers = PEOPLE.flatMap((name) => [name, name]).map((name) => work(name, over));
  for (const visitor of ['a visitor', 'another visitor']) workers.push(work(visitor, over, () => visit(any(of('api')).address, any(listsOfVisitors()))));
  workers.push(...of('api').map((node) => countAnswers(node, over)));
  const running = new Set<Promise<void>>();
  let shown = performance.now();
  while (!over()) {
    const one: Promise<void> = strike(over).catch((error: Error) => expect(false, error.message)).finally(() => running.delete(one));
    running.add(one);
    await pause(between(200, 2500));
    if (performance.now() - shown > 30_000 && !over()) {
      shown = performance.now();
      console.log(`     ${Math.round((end - shown) / 1000)} s left: ${faults} faults, ${acknowledged} acknowledged, ${unanswered} not answered, ${heard} tracks heard, ${tracks.size} tracks, ${hidings} hidings, ${visits} visits`);
    }
  }
  await Promise.all([...running, ...workers]);
}

/** How long after everything is mended each role does its work. */
async function recover(): Promise<void> {
  const begun = performance.now();
  for (const node of nodes) {
    node.machine.heal();
    await restart(node, () => true);
  }
  for (const node of [...of('api'), ...of('stream')]) await until(`${node.name} to be ready`, async () => (await askAt(node.address, undefined, 'GET', '/readyz', undefined, {}, 3)).status === 200, 60, 100);
  console.log(`     all answer ${Math.round(performance.now() - begun)} ms after the last fault`);
}

async function lookAtFiles(): Promise<void> {
  await until('the sweeps to be done', async () => {
    await sql("update jobs set run_at = now() where state = 'queued'");
    return (await sql("select count(*) from jobs where state in ('queued', 'running') and kind in ('track_sweep', 'picture_sweep', 'transcode')")) === '0';
  }, 120, 500);
  await veza('doctor', 'storage', '--age', '0').catch((error: Error) => expect(false, error.message));
}

/** Every event went through the exchange of RabbitMQ. */
async function lookAtEvents(): Promise<void> {
  await until('the queue of all events', () => follower.listen(), 60, 500);
  const missing = async () => { const came = new Set(follower.ids); return (await sql('select event_id from outbox')).split('\n').filter((id) => !came.has(id)); };
  await until('all events to come', async () => !(await missing()).length, 90, 500).catch(async () => {
    const ids = (await missing()).map((id) => `'${id}'`).join(', ');
    expect(false, `events that RabbitMQ did not get: ${await sql(`select string_agg(name || ' ' || coalesce(number::text, 'unnumbered') || ' ' || id, ', ') from outbox where event_id in (${ids})`)}`);
  });
  for (const wrong of follower.disorder) expect(false, wrong);
  console.log(`     ${follower.ids.length} events, ${follower.messages.length - follower.ids.length} of them once more`);
  await follower.close();
}

async function lookAtJobs(): Promise<void> {
  const twice = await sql("select string_agg(job || ' ' || n, ', ') from (select job, count(*) n from runs where kind = 'transcode' and state = 'done' group by job having count(*) > 1) d");
  expect(!twice, `jobs that were done twice: ${twice}`);
  for (const line of (await sql("select job || ' ' || node || ' ' || silent_s from runs where state = 'taken' and silent_s < 8")).split('\n').filter(Boolean))
    expect(dead.has(Number(line.split(' ')[1]!.split(':')[1])), `a job was taken from a worker that lives: ${line}`);
  const left = await sql("select string_agg(kind || ' ' || state || ' ' || coalesce(last_error, ''), ', ') from jobs where state in ('dead', 'failed') and last_error <> 'the track was deleted'");
  expect(!left, `jobs that were given up: ${left}`);
  console.log(`     ${await sql("select count(*) || ' transcodes in ' || (select count(*) from runs where kind = 'transcode' and state = 'running') || ' runs, taken from others ' || (select count(*) from runs where state = 'taken') from jobs where kind = 'transcode'")}`);
}

console.log(`seed ${SEED}, ${SECONDS} s; logs are ${LOGS}/cluster-*.log`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { network.remove(); process.exit(1); });
try {
  await begin();
  await disturb();
  tell(`${faults} faults: ${[...told].map(([what, times]) => `${what} ${times}`).join(', ')}`);
  const [fromReplica, kept] = [...answers.values()].reduce(([a, b], { replica, hiding }) => [a + replica, b + hiding], [0, 0]);
  wrong.push(...seen.slice(0, 40));
  expect(visits > SECONDS && hidings > SECONDS / 10 && fromReplica > SECONDS, `${visits} visits, ${hidings} hidings and ${fromReplica} lists of the replica say too little`);
  tell(`no visitor saw what was hidden: ${hidings} hidings, ${visits} lists, ${fromReplica} of the replica, ${kept} not since it showed something hidden still`);
  await recover();
  await look();
  expect(acknowledged >= SECONDS && heard > 0 && faults > 0, 'too little happened to say anything');
  tell(`everything that was acknowledged is there: ${acknowledged} changes, ${tracks.size} tracks, ${comments.size} comments, ${heard} tracks heard; ${unanswered} requests were not answered`);
  await lookAtFiles();
  tell('no file is without a row, and no row without a file');
  await lookAtJobs();
  tell('no job was done twice');
  await lookAtEvents();
  tell('every event went through RabbitMQ');
  const broken = nodes.flatMap((node) => node.said().match(/^.*(\w+Sanitizer|runtime error:).*$/gm) ?? []);
  expect(!broken.length, broken.join('\n'));
  for (const node of nodes) expect(node.running, `${node.name} ended`);
  tell('all nodes run');
} catch (error) {
  wrong.push(String((error as Error).stack ?? error));
  tell('the run');
} finally {
  for (const node of nodes) {
    await node.signal('SIGCONT').catch(() => undefined);
    await node.signal('SIGKILL');
    for (const delay of node.delays.values()) await delay.end();
  }
  await broker.remove();
  await swift.remove();
  await redis.remove();
  await standby.remove();
  await database.remove();
  network.remove();
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
