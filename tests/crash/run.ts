/**
 * Kills an installation on embedded parts at random moments while clients change it: `node --import tsx crash/run.ts [ROUNDS] [SEED]`
 * (tools/crash-test). What was acknowledged is noted here, outside of it, and looked for after each start. What was under way when it died
 * may be there or not, but only as a whole. Its last line is "N passed, N failed": a round each, and the look at everything when all is over.
 */
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { makeSound, wav } from '../support/media.ts';
import { BINARY, LOGS } from '../support/paths.ts';
import { seeded } from '../support/random.ts';
import { Server } from '../support/server.ts';
import { pause, until } from '../support/wait.ts';

const ROUNDS = Number(process.argv[2] ?? 20), SEED = Number(process.argv[3] ?? Math.floor(Math.random() * 1e9));
const PASSWORD = 'correct horse battery', PEOPLE = ['ada', 'ben', 'cleo'] as const;
const LOAD_MS = [300, 2500] as const; /* a round's load lasts so long before something dies */
const MOST_TRACKS = 60;

/** A seed gives the same numbers; which client gets which depends on how fast each is answered. */
const { next: random, below, pick } = seeded(SEED);

const folder = mkdtempSync(path.join(tmpdir(), 'veza-crash-'));
mkdirSync(LOGS, { recursive: true });
spawnSync('chmod', ['755', folder]);
process.env['TMPDIR'] = folder;
const server = new Server('crash', { APP_SECRET: 'a secret of the tests, thirty-two bytes or more', PASSWORD_COST: '8' });

/* What is known to be so, and what else it may be since the last change of it was not answered. */
interface Known<T> { now: T; perhaps: T[] }
const tracks = new Map<string, Known<'there' | 'gone'> & { owner: string; sha256: string }>();
const likes = new Map<string, Known<boolean>>(); /* `person track` */
const bios = new Map<string, Known<string>>();
const lists = new Map<string, { owner: string; items: string[]; perhaps: string[] }>(); /* ids of items in their order */
const comments = new Map<string, { track: string; text: string }>();
const uploads = new Map<string, { owner: string; file: Buffer; offset: number }>(); /* by tus address */
const tokens = new Map<string, string>(), ids = new Map<string, string>();
let acknowledged = 0;

class Gone extends Error {}
/** A request; a reply that tells of the database's or the server's end, or none at all, is Gone. */
async function ask(person: string, method: string, target: string, body?: object | FormData | Buffer, headers: Record<string, string> = {}): Promise<{ status: number; headers: Headers; bytes: Buffer; json: () => never }> {
  const plain = body && !(body instanceof FormData) && !Buffer.isBuffer(body);
  try {
    const reply = await fetch(server.api + target, { method, signal: AbortSignal.timeout(20_000), body: (plain ? JSON.stringify(body) : body ?? null) as NonNullable<RequestInit['body']> | null,
      headers: { authorization: `Bearer ${tokens.get(person)}`, ...(plain ? { 'content-type': 'application/json' } : {}), ...headers } });
    const bytes = Buffer.from(await reply.arrayBuffer());
    if (reply.status >= 500) throw new Gone(`${reply.status}`);
    return { status: reply.status, headers: reply.headers, bytes, json: () => JSON.parse(bytes.toString()) as never };
  } catch (error) {
    throw error instanceof Gone ? error : new Gone(String(error));
  }
}
const ok = (reply: { status: number; bytes: Buffer }, what: string) => {
  if (reply.status >= 300) throw new Error(`${what}: ${reply.status} ${reply.bytes.toString().slice(0, 300)}`);
  acknowledged++;
};

/** Changes what is `known` to `value`; until the answer it may be either. */
async function change<T>(known: Known<T>, value: T, request: () => Promise<{ status: number; bytes: Buffer }>, what: string): Promise<void> {
  known.perhaps = [value];
  ok(await request(), what);
  known.now = value;
  known.perhaps = [];
}

const living = () => [...tracks].filter(([, { now, perhaps }]) => now === 'there' && !perhaps.length);
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
/** Some can be played before all of them is made, which happens from a minute on. */
const sound = () => wav(random() < 0.15 ? makeSound(61, { sampleRate: 8000, channels: 1, seed: 1 + below(1e6) }) : makeSound(0.5 + random(), { seed: 1 + below(1e6) }));

const actions: ((person: string) => Promise<void>)[] = [
  async function upload(person) {
    if (tracks.size >= MOST_TRACKS) return;
    const file = sound(), form = new FormData();
    form.set('visibility', 'public');
    form.set('file', new Blob([new Uint8Array(file)]), `${acknowledged}.wav`);
    const reply = await ask(person, 'POST', '/api/v1/tracks', form);
    ok(reply, 'upload');
    tracks.set((reply.json() as { id: string }).id, { now: 'there', perhaps: [], owner: person, sha256: sha256(file) });
  },
  async function uploadInParts(person) {
    const open = [...uploads].find(([, { owner }]) => owner === person);
    if (!open) {
      if (tracks.size >= MOST_TRACKS) return;
      const file = sound(), reply = await ask(person, 'POST', '/api/v1/uploads/tus', undefined, { 'tus-resumable': '1.0.0', 'upload-length': String(file.length), 'upload-metadata': `filename ${btoa('a.wav')},visibility ${btoa('public')}` });
      ok(reply, 'tus');
      uploads.set(reply.headers.get('location')!, { owner: person, file, offset: 0 });
      return;
    }
    const [address, part] = open, to = random() < 0.3 ? part.file.length : Math.min(part.file.length, part.offset + 1 + below(60_000));
    const reply = await ask(person, 'PATCH', address, part.file.subarray(part.offset, to), { 'tus-resumable': '1.0.0', 'upload-offset': String(part.offset), 'content-type': 'application/offset+octet-stream' });
    if (reply.status === 409 || reply.status === 423) return; /* more of it came than was answered: the look after the start has the true offset */
    ok(reply, 'patch');
    part.offset = Number(reply.headers.get('upload-offset'));
    finishUpload(address, reply.headers.get('veza-track'));
  },
  async function like(person) {
    const [id] = pick(living()) ?? [];
    if (!id) return;
    const known = likes.get(`${person} ${id}`) ?? { now: false, perhaps: [] };
    likes.set(`${person} ${id}`, known);
    if (known.perhaps.length) return;
    await change(known, !known.now, () => ask(person, known.now ? 'DELETE' : 'POST', `/api/v1/tracks/${id}/like`), 'like');
  },
  async function describe(person) {
    const known = bios.get(person)!;
    if (!known.perhaps.length) await change(known, `bio ${acknowledged}`, () => ask(person, 'PUT', `/api/v1/users/${ids.get(person)}`, { bio: `bio ${acknowledged}` }), 'bio');
  },
  async function comment(person) {
    const [id] = pick(living()) ?? [];
    if (!id) return;
    const text = `comment ${acknowledged}`, reply = await ask(person, 'POST', `/api/v1/tracks/${id}/comments`, { content: text });
    ok(reply, 'comment');
    comments.set((reply.json() as { id: string }).id, { track: id, text });
  },
  async function addToList(person) {
    const own = [...lists].find(([, { owner }]) => owner === person), [id] = pick(living()) ?? [];
    if (!own) {
      const reply = await ask(person, 'POST', '/api/v1/playlists', { name: `of ${person}`, is_public: true });
      ok(reply, 'playlist');
      lists.set((reply.json() as { id: string }).id, { owner: person, items: [], perhaps: [] });
      return;
    }
    if (!id || own[1].perhaps.length) return;
    own[1].perhaps = [id];
    ok(await ask(person, 'POST', `/api/v1/playlists/${own[0]}/tracks`, { track_id: id }), 'item');
    own[1].items.push(id);
    own[1].perhaps = [];
  },
  async function remove(person) {
    const own = living().filter(([, { owner }]) => owner === person);
    if (own.length < 4 || random() < 0.5) return;
    const [id, known] = pick(own);
    await change(known, 'gone', () => ask(person, 'DELETE', `/api/v1/tracks/${id}`), 'deletion');
  },
];

function finishUpload(address: string, track: string | null): void {
  const part = uploads.get(address);
  if (!part || !track) return;
  tracks.set(track, { now: 'there', perhaps: [], owner: part.owner, sha256: sha256(part.file) });
  uploads.delete(address);
}

const wrong: string[] = [];
const expect = (good: boolean, what: string) => { if (!good) wrong.push(what); };

/** What one person does until the installation dies. Refusals that a deletion beside it explains are no fault. */
async function work(person: string, dead: () => boolean): Promise<void> {
  while (!dead()) {
    try {
      await pick(actions)(person);
    } catch (error) {
      if (error instanceof Gone) await pause(20);
      else if (!/: 404 |: 409 |There is no such track|"code":"crashed"/.test(String(error))) wrong.push(`${person}: ${String(error)}`);
    }
  }
}

interface Process { pid: number; parent: number; name: string }
function processes(): Process[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8'), end = stat.lastIndexOf(')');
      return [{ pid: Number(name), parent: Number(stat.slice(end + 2).split(' ')[1]), name: stat.slice(stat.indexOf('(') + 1, end) }];
    } catch {
      return [];
    }
  });
}
function descendants(pid: number, all: Process[]): Process[] {
  return all.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...descendants(child.pid, all)]);
}
function postmaster(): number | undefined {
  try {
    return Number(readFileSync(path.join(server.dataDir, 'pg/data/postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return undefined; /* not started, or gone */
  }
}
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch { /* it ended by itself */ }
}

/** Kills something, and then the rest; returns what died first. */
async function strike(): Promise<string> {
  const all = processes(), veza = server.ports.pid, database = postmaster();
  const family = [...descendants(veza, all), ...(database ? [...all.filter(({ pid }) => pid === database), ...descendants(database, all)] : [])];
  const choice = random();
  let first = 'all at once';
  const alone = (what: string, victims: Process[]) => {
    const victim = victims.length ? pick(victims) : undefined;
    if (!victim) return;
    first = what;
    kill(victim.pid);
  };
  if (choice < 0.15) alone('the media worker', family.filter(({ name, pid }) => pid !== database && !/^postgres/.test(name)));
  else if (choice < 0.3) alone('a backend of PostgreSQL', family.filter(({ name, parent }) => /^postgres/.test(name) && parent === database));
  else if (choice < 0.4) alone('PostgreSQL', family.filter(({ pid }) => pid === database));
  if (first !== 'all at once') await pause(below(800));
  for (const { pid } of [{ pid: veza }, ...family]) kill(pid);
  await until('all to be dead', () => !server.running && family.every(({ pid }) => !processes().some((other) => other.pid === pid)), 20, 20);
  return first;
}

/** All items of a list, page by page, small ones so that every run has several. */
async function every<T>(person: string, list: string): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: T[]; next: string | null } = (await ask(person, 'GET', `${list}?limit=20${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)).json();
    items.push(...page.items);
    cursor = page.next;
  }
  return items;
}

function settle<T>(known: Known<T>, seen: T, what: string): void {
  expect(seen === known.now || known.perhaps.includes(seen), `${what}: ${String(seen)}, and ${String(known.now)} was acknowledged`);
  known.now = seen;
  known.perhaps = [];
}

/** Is everything there that was acknowledged? */
async function look(): Promise<void> {
  for (const [id, known] of tracks) {
    const reply = await ask(known.owner, 'GET', `/api/v1/tracks/${id}`);
    settle(known, reply.status === 200 ? 'there' : 'gone', `track ${id}`);
    if (known.now === 'there') expect((reply.json() as { status: string }).status !== 'failed', `track ${id} failed: ${reply.bytes.toString().slice(0, 500)}`);
  }
  for (const person of PEOPLE) {
    const liked = new Set((await every<{ id: string }>(person, `/api/v1/users/${ids.get(person)}/likes`)).map(({ id }) => id));
    for (const [key, known] of likes) {
      const [who, id] = key.split(' ') as [string, string];
      if (who === person && tracks.get(id)?.now === 'there') settle(known, liked.has(id), `like ${key}`);
    }
  }
  for (const person of PEOPLE) settle(bios.get(person)!, ((await ask(person, 'GET', '/api/v1/auth/me')).json() as { bio: string | null }).bio ?? '', `bio of ${person}`);
  for (const [id, list] of lists) {
    const there = (await every<{ track_id: string | null; track: { id: string } | null }>(list.owner, `/api/v1/playlists/${id}/tracks`)).map((item) => item.track?.id ?? item.track_id ?? 'gone');
    const isThere = (track: string) => tracks.get(track)?.now === 'there';
    const seen = there.filter(isThere), noted = list.items.filter(isThere);
    expect(String(seen.slice(0, noted.length)) === String(noted), `playlist ${id} holds ${seen}, and ${noted} was acknowledged`);
    expect(seen.slice(noted.length).every((track) => list.perhaps.includes(track)) && seen.length <= noted.length + 1, `playlist ${id} holds more than was put into it: ${seen}`);
    list.items = seen;
    list.perhaps = [];
  }
  for (const [id, { track }] of comments) if (tracks.get(track)?.now !== 'there') comments.delete(id);
  for (const track of new Set([...comments.values()].map((comment) => comment.track))) {
    const there = new Map((await every<{ id: string; content: string }>(tracks.get(track)!.owner, `/api/v1/tracks/${track}/comments`)).map(({ id, content }) => [id, content]));
    for (const [id, { text }] of comments) if (comments.get(id)!.track === track) expect(there.get(id) === text, `comment "${text}" is lost`);
  }
  for (const [address, part] of uploads) {
    const reply = await ask(part.owner, 'HEAD', address, undefined, { 'tus-resumable': '1.0.0' }), offset = Number(reply.headers.get('upload-offset'));
    expect(reply.status === 200 && offset >= part.offset && offset <= part.file.length, `upload ${address}: ${reply.status}, offset ${offset}, ${part.offset} was acknowledged`);
    part.offset = offset;
    finishUpload(address, reply.headers.get('veza-track'));
  }
}

/** When nothing dies any more: every track is processed and is what was sent, and counters are what they count. */
async function lookAtTheEnd(): Promise<void> {
  for (const [id, { now, owner, sha256: sent }] of tracks) {
    if (now === 'gone') continue;
    const track = await until(`track ${id} to be processed`, async () => {
      const found = (await ask(owner, 'GET', `/api/v1/tracks/${id}`)).json() as { status: string; like_count: number; status_message: string };
      return found.status !== 'processing' && found;
    }, 180, 200).catch((error: Error) => ({ status: String(error), like_count: -1, status_message: '' }));
    expect(track.status === 'completed', `track ${id} is ${track.status}: ${track.status_message}`);
    expect(sha256((await ask(owner, 'GET', `/api/v1/tracks/${id}/download`)).bytes) === sent, `track ${id} is not what was sent`);
    const liked = PEOPLE.filter((person) => likes.get(`${person} ${id}`)?.now).length;
    expect(track.like_count === liked, `track ${id} counts ${track.like_count} likes of ${liked}`);
  }
}

const ENVIRONMENT = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', VEZA_DATA_DIR: server.dataDir, PASSWORD_COST: '8', APP_SECRET: 'a secret of the tests, thirty-two bytes or more' };

/** No file without a row, no row without a file, once what cleans up behind uploads that were cut has run. */
async function lookAtFiles(): Promise<void> {
  const socket = readFileSync(path.join(server.dataDir, 'pg/data/postmaster.pid'), 'utf8').split('\n')[4]!;
  const sql = (text: string) => spawnSync('psql', ['-qAt', `host=${socket} port=5432 user=postgres dbname=veza`, '-c', text], { encoding: 'utf8' }).stdout.trim();
  await until('the sweeps to be done', () => {
    sql("update jobs set run_at = now() where state = 'queued' and kind like '%sweep%'");
    return sql("select count(*) from jobs where state in ('queued', 'running') and kind in ('track_sweep', 'picture_sweep', 'transcode')") === '0';
  }, 60, 500);
  const doctor = (...more: string[]) => spawnSync(BINARY, ['doctor', 'storage', '--age', '0', ...more], { encoding: 'utf8', env: ENVIRONMENT, cwd: server.dataDir });
  const clean = doctor(), stray = 'originals/00000000-0000-4000-8000-000000000000';
  expect(clean.status === 0, `veza doctor storage: ${clean.stdout}${clean.stderr}`);
  writeFileSync(path.join(server.dataDir, 'files', stray), 'lost');
  const found = doctor(), mended = doctor('--mend'), after = doctor();
  expect(found.status === 1 && found.stdout.includes(stray), `a file without a row is not found: ${found.stdout}`);
  expect(mended.status === 0 && after.status === 0, `a file without a row stays: ${mended.stdout}${after.stdout}`);
}

async function account(name: string): Promise<void> {
  const made = spawnSync(BINARY, ['user', 'create', '--username', name, '--email', `${name}@example.org`, '--role', 'creator', '--verified'],
    { input: `${PASSWORD}\n`, encoding: 'utf8', env: ENVIRONMENT, cwd: server.dataDir });
  if (made.status !== 0) throw new Error(`veza user create: ${made.stdout}${made.stderr}`);
  const reply = await fetch(`${server.api}/api/v1/auth/login`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ email: `${name}@example.org`, password: PASSWORD }) });
  const body = (await reply.json()) as { access_token?: string };
  if (!body.access_token) throw new Error(`login: ${reply.status} ${JSON.stringify(body)}`);
  tokens.set(name, body.access_token);
  bios.set(name, { now: '', perhaps: [] });
  ids.set(name, ((await ask(name, 'GET', '/api/v1/auth/me')).json() as { id: string }).id);
}

console.log(`seed ${SEED}, ${ROUNDS} rounds; the log is ${server.logFile}`);
let passed = 0, failed = 0;
const tell = (what: string) => {
  if (wrong.length) failed++; else passed++;
  console.log(`${wrong.length ? 'FAIL' : 'ok  '} ${what}${wrong.map((line) => `\n     ${line}`).join('')}`);
  wrong.length = 0;
};
try {
  await server.start();
  for (const name of PEOPLE) await account(name);
  for (let round = 1; round <= ROUNDS; round++) {
    let dead = false;
    const workers = PEOPLE.flatMap((name) => [name, name]).map((name) => work(name, () => dead));
    await pause(LOAD_MS[0] + below(LOAD_MS[1] - LOAD_MS[0]));
    const first = await strike();
    dead = true;
    await Promise.all(workers);
    const begun = performance.now();
    await server.start();
    const ms = Math.round(performance.now() - begun);
    await look().catch((error: Error) => wrong.push(error.stack ?? String(error)));
    tell(`round ${round}: ${first} died; back after ${ms} ms; ${acknowledged} acknowledged so far`);
  }
  await lookAtTheEnd();
  tell('everything when all is over');
  await lookAtFiles();
  tell('the files when all is over');
  console.log(`${ROUNDS} rounds, ${acknowledged} acknowledged changes, ${tracks.size} tracks`);
} catch (error) {
  wrong.push(String((error as Error).stack ?? error));
  tell('the run');
} finally {
  await server.remove().catch((error: Error) => { failed++; console.log(`FAIL the end: ${error.message}`); });
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
