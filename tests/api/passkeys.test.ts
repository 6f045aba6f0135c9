/** Passkeys: made, used, renamed, deleted; and every way in which an answer can be wrong. */
import { strict as assert } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { assertProblem, assertStatus, cookiesOf } from '../support/client.ts';
import { Authenticator, cbor, type Algorithm, type Lies } from '../support/authenticator.ts';
import { mailsTo, subjectOf } from '../support/mail.ts';
import { codeOf } from '../support/totp.ts';
import { until } from '../support/wait.ts';
import { PASSWORD, World } from '../support/world.ts';

const ORIGIN = 'https://veza.example:8443';
const world = await World.start('passkeys', { FRONTEND_URL: `${ORIGIN}/` });
const api = world.visitor;
let people = 0;

async function register() {
  const username = `passkey${++people}`;
  const reply = await api.post('/api/v1/auth/register', { body: { username, email: `${username}@example.org`, password: PASSWORD } });
  assertStatus(reply, 201);
  return { username, id: reply.body.user.id, email: reply.body.user.email, as: { token: reply.body.access_token } };
}

type Person = Awaited<ReturnType<typeof register>>;

async function begin(person: Person) {
  const reply = await api.post('/api/v1/auth/passkeys/register/begin', { body: { password: PASSWORD }, as: person.as });
  assertStatus(reply, 200);
  return reply.body;
}

const finish = (person: Person, credential: Record<string, never>, name?: string) =>
  api.post('/api/v1/auth/passkeys/register/finish', { body: { credential, ...(name ? { name } : {}) }, as: person.as });

async function withPasskey(algorithm: Algorithm = 'ES256', origin = ORIGIN) {
  const person = await register(), device = new Authenticator(origin, algorithm);
  const reply = await finish(person, device.create(await begin(person)), 'My phone');
  assertStatus(reply, 201);
  return { ...person, device, passkey: reply.body };
}

async function loginOptions() {
  const reply = await api.post('/api/v1/auth/passkeys/login/begin');
  assertStatus(reply, 200);
  return reply.body;
}

const signIn = (credential: Record<string, never>, headers: Record<string, string> = {}) => api.post('/api/v1/auth/passkeys/login/finish', { body: { credential }, headers });

/** The same person in a session that has proven the passkey. */
async function proven<P extends { device: Authenticator }>(person: P): Promise<P & { as: { token: string } }> {
  const reply = await signIn(person.device.get(await loginOptions()));
  assertStatus(reply, 200);
  return { ...person, as: { token: reply.body.access_token } };
}

test('a device is told who asks, for whom, and which signatures will do', async () => {
  const person = await register();
  const options = await begin(person);
  assert.deepEqual(options.rp, { id: 'veza.example', name: 'Veza' });
  assert.equal(Buffer.from(options.user.id, 'base64url').toString('hex'), person.id.replaceAll('-', ''));
  assert.deepEqual(options.pubKeyCredParams.map(({ alg }) => alg), [-7, -8, -257]);
  assert.deepEqual(options.authenticatorSelection, { residentKey: 'required', userVerification: 'required' });
  assert.equal(Buffer.from(options.challenge, 'base64url').length, 32);
  assert.notEqual((await begin(person)).challenge, options.challenge);
});

test('a sign-in with a passkey proves the second factor for administration, until the last passkey is gone', async () => {
  const { id, as, device, passkey } = await withPasskey();
  await world.sql(`update users set role = 'admin' where id = '${id}'`);
  const administer = (who: typeof as) => api.get('/api/v1/audit/stats', { as: who });
  assertProblem(await administer(as), 403, 'mfa_required', 'the session that registered it');
  const reply = await signIn(device.get(await loginOptions()));
  const proven = { token: reply.body.access_token };
  assertStatus(await administer(proven), 200);
  assertStatus(await api.delete('/api/v1/auth/passkeys/{id}', { path: { id: passkey.id }, as: proven }), 204);
  assertProblem(await administer(proven), 403, 'mfa_setup_required');
});

for (const algorithm of ['ES256', 'EdDSA', 'RS256'] as const) {
  test(`a passkey with ${algorithm} signs in without a password`, async () => {
    const { username, device, passkey } = await withPasskey(algorithm);
    assert.equal(passkey.name, 'My phone');
    assert.equal(passkey.last_used_at, null);
    const options = await loginOptions();
    assert.equal(options.rpId, 'veza.example');
    const reply = await signIn(device.get(options));
    assertStatus(reply, 200);
    assert.equal(reply.body.user.username, username);
    assert.deepEqual(Object.keys(cookiesOf(reply)).sort(), ['veza_access', 'veza_browser', 'veza_refresh']);
    assertStatus(await api.get('/api/v1/auth/me', { as: { token: reply.body.access_token } }), 200);
  });

  test(`a signature with ${algorithm} that is another's, changed or cut is refused`, async () => {
    const { device } = await withPasskey(algorithm);
    const flip = (at: number) => (bytes: Buffer) => Buffer.from(bytes.map((byte, i) => (i === (at + bytes.length) % bytes.length ? byte ^ 1 : byte)));
    for (const signature of [flip(-1), flip(20), (bytes: Buffer) => bytes.subarray(0, -1), () => randomBytes(64), () => Buffer.from([0])])
      assertProblem(await signIn(device.get(await loginOptions(), { signature })), 401, 'passkey_refused');
    assertProblem(await signIn(device.get(await loginOptions(), { dataSent: (data) => Buffer.concat([data.subarray(0, 36), Buffer.from([9])]) })), 401, 'passkey_refused');
    assertStatus(await signIn(device.get(await loginOptions())), 200);
  });
}

const LIES: [string, Lies][] = [
  ['another challenge', { challenge: randomBytes(32).toString('base64url') }],
  ['another origin', { origin: 'https://veza.example.evil.org:8443' }],
  ['the origin without its port', { origin: 'https://veza.example' }],
  ['the origin in clear text', { origin: 'http://veza.example:8443' }],
  ['a frame of another site', { crossOrigin: true }],
  ['another relying party', { rpId: 'evil.org' }],
  ['nobody present', { flags: 0x44 }],
  ['nobody verified', { flags: 0x41 }],
];

for (const [what, lies] of LIES) {
  test(`no passkey is made with ${what}`, async () => {
    const person = await register();
    const reply = await finish(person, new Authenticator(ORIGIN).create(await begin(person), lies));
    assert.equal(assertProblem(reply, 422, 'validation').errors?.[0]?.field, 'credential');
    assert.equal((await api.get('/api/v1/auth/passkeys', { as: person.as })).body.items.length, 0);
  });
  test(`no passkey signs in with ${what}`, async () => {
    const { device } = await withPasskey();
    assertProblem(await signIn(device.get(await loginOptions(), lies.flags === undefined ? lies : { flags: lies.flags & 0x3f })), 401, 'passkey_refused');
  });
}

test('an answer to one question is none to the other', async () => {
  const person = await proven(await withPasskey());
  const made = await finish(person, new Authenticator(ORIGIN).create(await begin(person), { type: 'webauthn.get' }));
  assertProblem(made, 422, 'validation');
  assertProblem(await signIn(person.device.get(await loginOptions(), { type: 'webauthn.create' })), 401, 'passkey_refused');
  assertProblem(await signIn(person.device.get(await begin(person))), 401, 'passkey_refused');
  assertProblem(await finish(person, new Authenticator(ORIGIN).create({ ...(await loginOptions()), user: { id: 'AA' } })), 422, 'validation');
});

test('a challenge works once, for five minutes, and for whom it was made', async () => {
  const { device } = await withPasskey();
  const options = await loginOptions();
  assertStatus(await signIn(device.get(options)), 200);
  assertProblem(await signIn(device.get(options)), 401, 'passkey_refused');
  const late = await loginOptions();
  await world.sql(`update webauthn_challenges set expires_at = now() - interval '1 second'`);
  assertProblem(await signIn(device.get(late)), 401, 'passkey_refused');
  const one = await register(), other = await register();
  assertProblem(await finish(other, new Authenticator(ORIGIN).create(await begin(one))), 422, 'validation');
});

test('of many that use one answer at once, one wins', async () => {
  const { device } = await withPasskey();
  const answer = device.get(await loginOptions());
  const replies = await Promise.all(Array.from({ length: 6 }, () => signIn(answer)));
  assert.deepEqual(replies.map((reply) => reply.status).sort(), [200, 401, 401, 401, 401, 401]);
});

test('no passkey signs in with a counter that went back or stood still: a copied device is found out', async () => {
  const { device } = await withPasskey();
  for (const [counter, status] of [[5, 200], [5, 401], [4, 401], [0, 401], [6, 200]] as const) assertStatus(await signIn(device.get(await loginOptions(), { counter })), status, `counter ${counter}`);
});

test('no passkey signs in with the user handle of somebody else', async () => {
  const one = await withPasskey(), other = await withPasskey();
  for (const userHandle of [other.device.userHandle, '', 'AA', `${one.device.userHandle}AA`])
    assertProblem(await signIn(one.device.get(await loginOptions(), { userHandle })), 401, 'passkey_refused', userHandle);
  assertStatus(await signIn(one.device.get(await loginOptions())), 200);
});

test('a passkey opens its own account only', async () => {
  const one = await withPasskey(), other = await proven(await withPasskey());
  assertProblem(await signIn(new Authenticator(ORIGIN).get(await loginOptions())), 401, 'passkey_refused');
  assertProblem(await finish(other, one.device.create(await begin(other))), 409, 'conflict');
});

test('what is no answer of a device is refused', async () => {
  const person = await register();
  const good = new Authenticator(ORIGIN).create(await begin(person)) as unknown as { response: Record<string, string> };
  const withObject = (bytes: Buffer) => ({ ...good, response: { ...good.response, attestationObject: bytes.toString('base64url') } }) as unknown as Record<string, never>;
  for (const bytes of [Buffer.from([0xff]), cbor('authData'), cbor(new Map([['authData', Buffer.alloc(37)]])), cbor(new Map([['authData', Buffer.alloc(0)]])),
    Buffer.from([0xbb, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]), Buffer.alloc(4000, 0x81), cbor(new Map([['authData', 'text']]))])
    assertProblem(await finish(person, withObject(bytes)), 422, 'validation', bytes.toString('hex').slice(0, 30));
  for (const credential of [{}, { response: 'text' }, { response: { clientDataJSON: '!!', attestationObject: 'AA' } }, { response: { clientDataJSON: 'e30', attestationObject: 'AA' } }])
    assertProblem(await finish(person, credential as unknown as Record<string, never>), 422, 'validation');
  assertProblem(await signIn({ id: 'AA' } as unknown as Record<string, never>), 422, 'validation');
});

test('a session alone makes no passkey: the password is asked once more, and guessing locks', async () => {
  const person = await register();
  const ask = (password: string) => api.post('/api/v1/auth/passkeys/register/begin', { body: { password }, as: person.as });
  for (let i = 0; i < 10; i++) assertProblem(await ask(`guess ${i}`), 403, 'password_wrong');
  assertProblem(await ask(PASSWORD), 429, 'account_locked');
});

test('passkeys are listed, renamed and deleted by their owner, and by nobody else', async () => {
  const one = await withPasskey(), other = await register();
  const path = { id: one.passkey.id };
  assert.deepEqual((await api.get('/api/v1/auth/passkeys', { as: one.as })).body.items, [one.passkey]);
  assert.equal((await api.get('/api/v1/auth/passkeys', { as: other.as })).body.items.length, 0);
  assertProblem(await api.put('/api/v1/auth/passkeys/{id}', { path, body: { name: 'Mine now' }, as: other.as }), 404, 'not_found');
  assertProblem(await api.delete('/api/v1/auth/passkeys/{id}', { path, as: other.as }), 404, 'not_found');
  const renamed = await api.put('/api/v1/auth/passkeys/{id}', { path, body: { name: 'My key ring' }, as: one.as });
  assert.equal(renamed.body.name, 'My key ring');
  assertProblem(await api.delete('/api/v1/auth/passkeys/{id}', { path, as: one.as }), 403, 'mfa_required', 'the session that made it has not proven it');
  const again = await proven(one);
  assert.equal((await begin(again)).excludeCredentials[0]?.id, one.device.id.toString('base64url'));
  assertStatus(await api.delete('/api/v1/auth/passkeys/{id}', { path, as: again.as }), 204);
  assertProblem(await signIn(one.device.get(await loginOptions())), 401, 'passkey_refused');
});

test('a passkey of a disabled account opens nothing', async () => {
  const { id, device } = await withPasskey();
  await world.sql(`update users set is_banned = true where id = '${id}'`);
  assertProblem(await signIn(device.get(await loginOptions())), 401, 'passkey_refused');
});

test('a passkey is two factors by itself: no code is asked for', async () => {
  const { as, device } = await proven(await withPasskey());
  const setup = await api.post('/api/v1/auth/2fa/setup', { body: { password: PASSWORD }, as });
  assertStatus(await api.post('/api/v1/auth/2fa/verify', { body: { code: codeOf(setup.body.secret) }, as }), 200);
  assert.ok((await signIn(device.get(await loginOptions()))).body.access_token);
});

test('the history tells of passkeys, and the list of their last use', async () => {
  const { as, device } = await withPasskey();
  assertStatus(await signIn(device.get(await loginOptions()), { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0 Safari/537.36 Edg/128.0' }), 200);
  const history = (await api.get('/api/v1/auth/login-history', { as })).body.items[0]!;
  assert.deepEqual([history.method, history.outcome, history.device], ['passkey', 'succeeded', 'Edge on Windows']);
  assert.ok((await api.get('/api/v1/auth/passkeys', { as })).body.items[0]!.last_used_at);
});

test('there are at most twenty passkeys a person', async () => {
  const person = await register();
  await world.sql(`insert into webauthn_credentials (user_id, credential_id, public_key) select '${person.id}', decode(md5('${person.id}' || i), 'hex'), '\\x00' from generate_series(1, 20) i; update sessions set mfa_at = now() where user_id = '${person.id}'`);
  assertProblem(await finish(person, new Authenticator(ORIGIN).create(await begin(person))), 409, 'conflict');
});

test('with a passkey as the only factor, a password alone adds nothing and takes nothing away', async () => {
  const person = await withPasskey(), { id, as, passkey, email } = person;
  await world.sql(`update users set role = 'admin' where id = '${id}'`);
  const thief = await api.post('/api/v1/auth/login', { body: { email, password: PASSWORD } });
  assert.ok('access_token' in thief.body);
  for (const session of [as, { token: thief.body.access_token }]) {
    assertProblem(await api.post('/api/v1/auth/2fa/setup', { body: { password: PASSWORD }, as: session }), 403, 'mfa_required');
    assertProblem(await api.post('/api/v1/auth/passkeys/register/begin', { body: { password: PASSWORD }, as: session }), 403, 'mfa_required');
    assertProblem(await api.delete('/api/v1/auth/passkeys/{id}', { path: { id: passkey.id }, as: session }), 403, 'mfa_required');
    assertProblem(await api.post('/api/v1/developer/api-keys', { body: { name: 'Thief', scopes: ['tracks:read'] }, as: session }), 403, 'mfa_required');
    assertProblem(await api.get('/api/v1/audit/stats', { as: session }), 403, 'mfa_required');
  }
  const owner = await proven(person);
  assertStatus(await api.post('/api/v1/auth/2fa/setup', { body: { password: PASSWORD }, as: owner.as }), 200);
});

test('what was begun before there was a factor is not finished without a proof of it', async () => {
  const person = await register(), device = new Authenticator(ORIGIN);
  const setup = await api.post('/api/v1/auth/2fa/setup', { body: { password: PASSWORD }, as: person.as });
  assertStatus(setup, 200);
  const options = await begin(person), late = await begin(person);
  assertStatus(await finish(person, device.create(options)), 201);
  assertProblem(await api.post('/api/v1/auth/2fa/verify', { body: { code: codeOf(setup.body.secret) }, as: person.as }), 403, 'mfa_required');
  assertProblem(await finish(person, new Authenticator(ORIGIN).create(late)), 403, 'mfa_required');
});

test('a proof counts for ten minutes when factors are changed, not for the hours of administration', async () => {
  const person = await proven(await withPasskey());
  await world.sql(`update sessions set mfa_at = now() - interval '601 seconds' where user_id = '${person.id}'`);
  assertProblem(await api.delete('/api/v1/auth/passkeys/{id}', { path: { id: person.passkey.id }, as: person.as }), 403, 'mfa_required');
  await world.sql(`update sessions set mfa_at = now() - interval '590 seconds' where user_id = '${person.id}'`);
  assertStatus(await api.delete('/api/v1/auth/passkeys/{id}', { path: { id: person.passkey.id }, as: person.as }), 204);
});

test('each change of a factor is told to its owner, in the app and by mail', async () => {
  const person = await register();
  await world.sql(`update users set is_verified = true where id = '${person.id}'`);
  const device = new Authenticator(ORIGIN);
  const made = await finish(person, device.create(await begin(person)));
  assertStatus(made, 201);
  const owner = await proven({ ...person, device });
  const setup = await api.post('/api/v1/auth/2fa/setup', { body: { password: PASSWORD }, as: owner.as });
  assertStatus(await api.post('/api/v1/auth/2fa/verify', { body: { code: codeOf(setup.body.secret) }, as: owner.as }), 200);
  assertStatus(await api.delete('/api/v1/auth/passkeys/{id}', { path: { id: made.body.id }, as: owner.as }), 204);
  for (const [type, subject] of [['account.passkey_added', 'A passkey was added'], ['account.second_factor_on', 'Two-step sign-in was switched on'], ['account.passkey_removed', 'A passkey was deleted']] as const) {
    await until(type, async () => (await api.get('/api/v1/notifications', { as: owner.as })).body.items.some((one) => one.type === type));
    await until(`the mail: ${subject}`, async () => mailsTo(world.server, person.email).some((mail) => subjectOf(mail).includes(subject)));
  }
});

test('where an app\'s codes are asked for, a passkey is added by whoever gave one lately', async () => {
  const person = await register();
  const setup = await api.post('/api/v1/auth/2fa/setup', { body: { password: PASSWORD }, as: person.as });
  assertStatus(setup, 200);
  assertStatus(await api.post('/api/v1/auth/2fa/verify', { body: { code: codeOf(setup.body.secret) }, as: person.as }), 200);
  assertProblem(await api.post('/api/v1/auth/passkeys/register/begin', { body: { password: PASSWORD }, as: person.as }), 403, 'mfa_required', 'the first code is no proof');
  await world.sql(`update mfa_configs set last_step = 0 where user_id = '${person.id}'`);
  assertStatus(await api.post('/api/v1/auth/2fa/step-up', { body: { code: codeOf(setup.body.secret) }, as: person.as }), 200);
  await begin(person);
});
