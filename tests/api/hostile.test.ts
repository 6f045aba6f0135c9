/** Text that means harm, in every string of every route: no answer is 500, and nothing of it hurts. Made from the description. */
import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { assertProblem } from '../support/client.ts';
import { keyOf, operations, type Operation, type Schema } from '../support/document.ts';
import { bodySchema, goodBody, goodForm, goodPath, goodQuery, queryParameters } from '../support/examples.ts';
import { isFull } from '../support/level.ts';
import { BINARY } from '../support/paths.ts';
import { isChange, personFor, STREAM_SECRET } from '../support/requests.ts';
import { cluster, template, World } from '../support/world.ts';

const world = await World.start('hostile', { STREAM_SECRET, LOCKOUT_FAILURES: '1000' });

const bytes = (...values: number[]) => Buffer.from(values);
/** What goes between the quotes of a JSON string, and, percent-encoded, into an address. */
const texts: [string, Buffer][] = ([
  ['a line separator', 'a\u2028b'], ['a paragraph separator', '\u2029'], ['a zero-width space', 'a\u200bb'], ['a byte order mark', '\ufeffa'],
  ['bidirectional overrides', '\u202eabc\u2066'], ['an emoji of many parts', '👩‍👩‍👧‍👦'], ['text from right to left', 'שלום عليكم'],
  ['an unassigned character', '\u0378'], ['a private one', '\ue000'], ['the last one', '\u{10ffff}'], ['many marks', `a${'\u0301'.repeat(100)}`],
  ['per cent', '%'], ['a pattern', '%_%\\%'], ['format specifiers', '%s%n%x%s'], ['a single quote', "'; drop table users; --"], ['an array', '{a,b}'],
  ['a range of time', 'infinity'], ['a number that is none', 'NaN'], ['script', '<script>alert(1)</script>'], ['nothing', ''], ['a space', ' '],
] as [string, string][]).map(([how, text]) => [how, Buffer.from(text)]);
const inJson: [string, Buffer][] = [...texts, ['NUL', Buffer.from('a\\u0000b')], ['a lone surrogate', Buffer.from('\\ud800')], ['surrogates in the wrong order', Buffer.from('\\udc00\\ud800')],
  ['quotes and backslashes', Buffer.from('\\"\\\\\\"\\\\')], ['controls', Buffer.from('\\u0001\\u001f\\u007f\\u0085')], ['overlong bytes', bytes(0xc0, 0xaf)],
  ['an overlong NUL', bytes(0xc0, 0x80)], ['a surrogate in bytes', bytes(0xed, 0xa0, 0x80)], ['half a character', bytes(0xe2, 0x82)]];
const inAddress: [string, Buffer][] = [...texts, ['NUL', bytes(0x61, 0, 0x62)], ['a quote', Buffer.from('"\\"')], ['controls', bytes(1, 0x1f, 0x7f)], ['overlong bytes', bytes(0xc0, 0xaf)],
  ['a surrogate in bytes', bytes(0xed, 0xa0, 0x80)], ['half a character', bytes(0xe2, 0x82)], ['ten kilobytes', Buffer.alloc(10_000, 'a')]];
const percent = (text: Buffer) => [...text].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

interface Attempt { operation: Operation; about: string; target: string; body?: Buffer | FormData }

const isText = (schema: Schema) => [schema.type].flat().some((type) => type === 'string') && schema.format !== 'binary';
const isTexts = (schema: Schema) => [schema.type].flat().includes('array') && isText(schema.items ?? {});

/** Passwords are hashed and uploads looked at, which takes long: a few texts are enough there. */
const FEW = ['a line separator', 'NUL', 'a lone surrogate', 'overlong bytes', 'a single quote'];

function* attemptsOf(operation: Operation): Generator<Attempt> {
  const address = goodPath(operation) + goodQuery(operation);
  for (const { name, in: where, schema } of operation.parameters)
    for (const [how, text] of inAddress) {
      if (where === 'query') yield { operation, about: `?${name} with ${how}`, target: `${address}${address.includes('?') ? '&' : '?'}${name}=${percent(text)}` };
      else if (schema.format !== 'uuid') yield { operation, about: `{${name}} with ${how}`, target: goodPath(operation, { [name]: 'HOSTILE' }).replace('HOSTILE', percent(text)) + goodQuery(operation) };
    }
  if (!queryParameters(operation).length) yield { operation, about: 'a parameter that it does not know', target: `${address}?${percent(bytes(0xc0, 0xaf))}=${percent(bytes(0))}` };
  const json = bodySchema(operation, 'application/json')?.properties ?? {};
  const slow = Object.values(json).some((schema) => schema.format === 'password');
  if (Object.keys(json).length) yield { operation, about: 'a megabyte', target: address, body: Buffer.from(JSON.stringify({ ...goodBody(operation), [Object.keys(json)[0]!]: 'a'.repeat(1 << 20) })) };
  for (const [field, schema] of Object.entries(json)) {
    if (!isText(schema) && !isTexts(schema)) continue;
    const marked = JSON.stringify({ ...goodBody(operation), [field]: isText(schema) ? 'HOSTILE' : ['HOSTILE'] }).split('HOSTILE');
    for (const [how, text] of slow ? inJson.filter(([one]) => FEW.includes(one)) : inJson) yield { operation, about: `${field} with ${how}`, target: address, body: Buffer.concat([Buffer.from(marked[0]!), text, Buffer.from(marked[1]!)]) };
  }
  for (const [field, schema] of Object.entries(bodySchema(operation, 'multipart/form-data')?.properties ?? {}))
    for (const [how, text] of isText(schema) || isTexts(schema) ? inAddress.filter(([one]) => FEW.includes(one)) : []) {
      const form = goodForm(operation)!;
      form.set(field, text.toString('latin1'));
      yield { operation, about: `part ${field} with ${how}`, target: address, body: form };
    }
}

/** Signing out would end the test's own session. */
const ends = (operation: Operation) => /logout|\/sessions/.test(operation.path) && isChange(operation);

async function send({ operation, target, body }: Attempt): Promise<number> {
  const person = personFor(operation);
  const headers: Record<string, string> = { ...(person ? { authorization: `Bearer ${template.tokens[person]}` } : {}) };
  if (operation['x-auth'] === 'internal') headers['x-stream-secret'] = STREAM_SECRET;
  if (body instanceof Buffer) headers['content-type'] = 'application/json';
  const base = operation.servers ? world.server.stream : world.server.api;
  const reply = await fetch(base + target, { method: operation.method, headers, redirect: 'manual', body: body instanceof Buffer ? new Uint8Array(body) : body ?? null });
  await reply.arrayBuffer();
  return reply.status;
}

/** So many on the short level, however many routes there are: an even part of all, in which each text goes into many fields, and each field gets some. */
const SHORT = 2500;

test('no text that means harm makes any route answer 500, and none is logged as an error', async (t) => {
  const all = operations.filter((one) => !ends(one)).flatMap((one) => [...attemptsOf(one)]);
  const step = isFull ? 1 : Math.max(1, all.length / SHORT);
  const attempts = Array.from({ length: Math.floor(all.length / step) }, (_, i) => all[Math.floor(i * step)]!);
  t.diagnostic(`${attempts.length} of ${all.length} attempts`);
  assert.ok(all.length > 1500, `${all.length} attempts`);
  const wrong: string[] = [], statuses = new Map<number, number>();
  let next = 0;
  await Promise.all(Array.from({ length: 12 }, async () => {
    for (let attempt = attempts[next++]; attempt; attempt = attempts[next++]) {
      const status = await send(attempt).catch((error: unknown) => `${String(error)} ${String((error as Error).cause)}`);
      if (typeof status === 'number') statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (typeof status !== 'number' || status >= 500) wrong.push(`${keyOf(attempt.operation)}, ${attempt.about}: ${status}`);
    }
  }));
  assert.deepEqual(wrong, []);
  assert.ok((statuses.get(422) ?? 0) > 200 && (statuses.get(200) ?? 0) > 50, `some are refused and some are taken: ${JSON.stringify([...statuses])}`);
  assert.deepEqual(world.server.log().split('\n').filter((line) => /"level":"ERROR"/.test(line)), []);
});

const badAddresses = ['a\u2028b', 'a\u2029', 'a\u200bb', 'a\u200db', '\ufeffa', 'a\u202eb', 'a\u2066b', 'a\u00adb', 'a\u00a0b', 'a\u3000b', 'a\u0085b', 'a\u0000b', 'a\u0007b', 'a\u0378b', 'a\ue000b', 'a\u3164b', 'a\ufe0fb', 'a\u{e0001}b', 'a b', 'a\tb', 'a\nb', 'a,b', 'a;b']
  .flatMap((local) => [`${local}@example.test`, `x@${local}.test`]);

for (const operation of operations) {
  const fields = Object.entries(bodySchema(operation, 'application/json')?.properties ?? {}).filter(([, schema]) => schema.format === 'email');
  for (const [field] of fields)
    test(`${keyOf(operation)} refuses an ${field} with separators, controls or invisible characters`, async () => {
      const person = personFor(operation);
      for (const address of badAddresses) {
        const body = { ...goodBody(operation), [field]: address };
        const reply = await world.visitor.send(operation.method, goodPath(operation), { as: person ? { token: template.tokens[person] } : {}, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
        const problem = assertProblem(reply, 422, 'validation', JSON.stringify(address));
        assert.ok(problem.errors?.some((one) => one.field === field), JSON.stringify(address));
      }
    });
}

test('an address in any script is taken', async () => {
  for (const [i, email] of ['jürgen@exämple.test', '用户@例子.test', 'अजय@उदाहरण.test', 'אבי@example.test'].entries()) {
    const reply = await world.visitor.post('/api/v1/auth/register', { body: { username: `script${i}`, email, password: 'a long enough password' } });
    assert.equal(reply.status, 201, email);
  }
});

test('the command line refuses such an address, and says so', async () => {
  const run = promisify(execFile)(BINARY, ['user', 'create', '--username', 'odd', '--email', 'a\u2028b@example.test', '--role', 'user'], { env: { PATH: '/usr/bin:/bin', DATABASE_URL: cluster.url(world.database), VEZA_DATA_DIR: world.server.dataDir } });
  run.child.stdin!.end('a long enough password\n');
  const failed = await run.then(() => undefined, (error: { stderr: string }) => error);
  assert.match(failed?.stderr ?? 'it was taken', /not an e-mail address/);
  assert.equal(await world.sql(`select count(*) from users where username = 'odd'`), '0');
});

test('an error of the database tells the log its sentence, table and constraint, and nothing of the row', async () => {
  await world.sql(`alter table users add constraint users_unlucky_check check (username <> 'unlucky');
    create function fail_loudly() returns trigger language plpgsql as $$ begin
      if new.username = 'unluckier' then raise exception 'this row is refused' using detail = 'the row: ' || new::text, hint = new.email; end if;
      return new; end $$;
    create trigger users_fail_loudly before insert on users for each row execute function fail_loudly()`);
  const register = async (username: string) => (await fetch(`${world.server.api}/api/v1/auth/register`, { method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, email: `${username}@private.example`, password: 'a long enough password' }) })).status;
  assert.equal(await register('unlucky'), 422);
  assert.equal(await register('unluckier'), 500);
  await world.server.logged(/users_unlucky_check/);
  await world.server.logged(/this row is refused/);
  const log = world.server.log();
  for (const secret of ['$2b$', '@private.example', 'Failing row']) assert.ok(!log.includes(secret), secret);
});
