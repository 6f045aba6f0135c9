/** Signing in with an account elsewhere: the way there and back, whose account it leads to, and what must not work. */
import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { assertProblem, assertStatus, type Credentials } from '../support/client.ts';
import { CLIENT, Issuer, type Lies } from '../support/issuer.ts';
import { linkToken } from '../support/mail.ts';
import { clickThrough, startProvider } from '../support/oidc-provider.ts';
import { Browser, HOME } from '../support/signin.ts';
import { codeOf } from '../support/totp.ts';
import { until } from '../support/wait.ts';
import { browser as passwordBrowser, emailOf, PASSWORD, World } from '../support/world.ts';

const house = await startProvider(`${HOME}/api/v1/auth/oauth/house/callback`);
const lab = await Issuer.start(), google = await Issuer.start();
const KEY = 'ab'.repeat(32);
const client = (name: string, issuer: string) => ({ [`OAUTH_${name}_CLIENT_ID`]: CLIENT.id, [`OAUTH_${name}_CLIENT_SECRET`]: CLIENT.secret, [`OAUTH_${name}_ISSUER`]: issuer });
const world = await World.start('oauth', {
  FRONTEND_URL: `${HOME}/`, OAUTH_PROVIDERS: 'google, oidc:house,oidc:my-lab, oidc:gone', OAUTH_MY_LAB_LABEL: 'The lab', OAUTH_ENCRYPTION_KEY: KEY,
  OAUTH_ALLOWED_REDIRECT_DOMAINS: 'https://app.veza.example, https://veza.example:8443', LOCKOUT_FAILURES: '3',
  ...client('GOOGLE', google.url), ...client('HOUSE', house), ...client('MY_LAB', lab.url), ...client('GONE', 'http://127.0.0.1:1'),
});
const api = world.visitor;
let people = 0;

/** Somebody whom the lab's issuer knows. */
function newcomer(more: Record<string, unknown> = {}) {
  const n = ++people;
  return { sub: `sub-${n}`, email: `newcomer${n}@example.net`, email_verified: true, name: `New Comer ${n}`, preferred_username: `newcomer${n}`, ...more };
}

/** Goes to the lab as this person and comes back: where one is sent. */
async function visit(browser: Browser, person: Record<string, unknown>, query = '', lies: Lies = {}, issuer = lab, provider = 'my-lab'): Promise<string> {
  issuer.person = person;
  return browser.comeBack(provider, issuer.agree(await browser.begin(provider, query), lies));
}

async function register(email?: string) {
  const username = `oauth${++people}`;
  const reply = await api.post('/api/v1/auth/register', { body: { username, email: email ?? `${username}@example.net`, password: PASSWORD } });
  assertStatus(reply, 201);
  return { id: reply.body.user.id, username, email: reply.body.user.email, as: { token: reply.body.access_token } };
}

async function verified(email?: string) {
  const person = await register(email);
  await world.sql(`update users set is_verified = true where id = '${person.id}'`);
  return person;
}

/** A browser that signed in with a password. */
async function withPassword(email: string): Promise<Browser> {
  const browser = new Browser(api);
  browser.cookies = { ...(await passwordBrowser(api, email)).cookies };
  return browser;
}

const identities = (userId: string) => world.sql(`select count(*) from federated_identities where user_id = '${userId}'`);
const refusedWith = (code: string) => `${HOME}/login?oauth_error=${code}`;

test('the providers that are switched on are listed', async () => {
  const reply = await api.get('/api/v1/auth/oauth/providers');
  assertStatus(reply, 200);
  assert.deepEqual(reply.body, { items: [{ id: 'google', name: 'Google' }, { id: 'house', name: 'house' }, { id: 'my-lab', name: 'The lab' }, { id: 'gone', name: 'gone' }], page: 1, limit: 20, total: 4 });
  assert.deepEqual((await api.get('/api/v1/auth/oauth/providers', { query: { page: 2, limit: 3 } })).body.items, [{ id: 'gone', name: 'gone' }]);
});

test('a provider that is not switched on does not exist', async () => {
  for (const provider of ['github', 'oidc', 'my_lab', 'MY-LAB']) assertProblem(await api.send('GET', `/api/v1/auth/oauth/${provider}`), 404, 'not_found');
  assertProblem(await api.send('GET', '/api/v1/auth/oauth/github/callback?code=a&state=b'), 404, 'not_found');
});

test('a real provider with its pages for login and consent lets a newcomer in, twice as the same person', async () => {
  for (const again of [false, true]) {
    const browser = new Browser(api);
    const back = new URL(await clickThrough(await browser.begin('house', '?redirect=/library%3Fpage=2'), 'heidi'));
    assert.equal(back.origin + back.pathname, `${HOME}/api/v1/auth/oauth/house/callback`);
    assert.equal(back.searchParams.get('iss'), house);
    assert.equal(await browser.comeBack('house', back.searchParams), `${HOME}/library?page=2`);
    const { username, email, is_verified } = await browser.me();
    assert.deepEqual({ username, email, is_verified }, { username: 'heidi', email: 'heidi@example.net', is_verified: true }, `again: ${again}`);
  }
  assert.equal(await world.sql("select count(*) from users where lower(email) = 'heidi@example.net'"), '1');
});

test('the address of the provider carries PKCE, a nonce, the exact way back and no secret', async () => {
  const url = new URL(await new Browser(api).begin('my-lab'));
  const { state, nonce, code_challenge, ...rest } = Object.fromEntries(url.searchParams);
  assert.deepEqual(rest, { response_type: 'code', client_id: CLIENT.id, redirect_uri: `${HOME}/api/v1/auth/oauth/my-lab/callback`, scope: 'openid email profile', code_challenge_method: 'S256' });
  for (const random of [state, nonce, code_challenge]) assert.match(random!, /^[A-Za-z0-9_-]{43}$/);
  assert.equal(new Set([state, nonce, code_challenge]).size, 3);
  assert.ok(!url.href.includes(encodeURIComponent(CLIENT.secret)));
});

test('state and browser are kept as hashes only, the cookie is out of reach of scripts', async () => {
  const browser = new Browser(api);
  const reply = await browser.open('/api/v1/auth/oauth/my-lab');
  const cookie = reply.headers.getSetCookie().find((line) => line.startsWith('veza_oauth='))!;
  assert.match(cookie, /; Path=\/api\/v1\/auth\/oauth; Max-Age=600; HttpOnly; SameSite=Lax$/);
  const state = new URL(reply.headers.get('location')!).searchParams.get('state')!;
  const row = await world.sql(`select row_to_json(s) from oauth_states s where state_hash = '${createHash('sha256').update(state).digest('hex')}'`);
  assert.ok(row.length > 50);
  for (const secret of [state, browser.cookies['veza_oauth']!]) assert.ok(!row.includes(secret));
});

test('an answer works once', async () => {
  const browser = new Browser(api);
  lab.person = newcomer();
  const back = lab.agree(await browser.begin('my-lab')), cookies = { ...browser.cookies };
  assert.equal(await browser.comeBack('my-lab', back), `${HOME}/`);
  const replay = new Browser(api);
  replay.cookies = cookies;
  assert.equal(await replay.comeBack('my-lab', back), refusedWith('oauth_state_invalid'));
  assert.ok(!replay.signedIn);
});

test('of many answers at once with one state one is let in', async () => {
  const browser = new Browser(api);
  lab.person = newcomer();
  const back = lab.agree(await browser.begin('my-lab'));
  const all = await Promise.all(Array.from({ length: 8 }, () => {
    const racer = new Browser(api);
    racer.cookies = { ...browser.cookies };
    return racer.comeBack('my-lab', back);
  }));
  assert.equal(all.filter((one) => one === `${HOME}/`).length, 1);
});

test('an answer in another browser is refused, and spent: nobody is signed in to somebody else\'s account by a link', async () => {
  const attacker = new Browser(api), victim = new Browser(api);
  lab.person = newcomer();
  const back = lab.agree(await attacker.begin('my-lab'));
  assert.equal(await victim.comeBack('my-lab', back), refusedWith('oauth_state_invalid'));
  assert.ok(!victim.signedIn);
  assert.equal(await attacker.comeBack('my-lab', back), refusedWith('oauth_state_invalid'));
});

test('the code of one sign-in does not fit the state of another', async () => {
  const mine = new Browser(api), theirs = new Browser(api);
  lab.person = newcomer();
  const stolen = lab.agree(await theirs.begin('my-lab')), own = lab.agree(await mine.begin('my-lab'));
  own.set('code', stolen.get('code')!);
  assert.equal(await mine.comeBack('my-lab', own), refusedWith('oauth_failed'));
  assert.ok(!mine.signedIn);
});

test('the real provider refuses a stolen code too, as the verifier is missing', async () => {
  const mine = new Browser(api), theirs = new Browser(api);
  const stolen = new URL(await clickThrough(await theirs.begin('house'), 'ivan')).searchParams;
  const own = new URL(await clickThrough(await mine.begin('house'), 'judy')).searchParams;
  own.set('code', stolen.get('code')!);
  assert.equal(await mine.comeBack('house', own), refusedWith('oauth_failed'));
});

test('a state that is missing, made up, too old or another provider\'s is refused', async () => {
  const browser = new Browser(api);
  lab.person = newcomer();
  for (const change of [(p: URLSearchParams) => p.delete('state'), (p: URLSearchParams) => p.set('state', 'a'.repeat(43)), (p: URLSearchParams) => p.set('state', `${p.get('state')}x`)]) {
    const back = lab.agree(await browser.begin('my-lab'));
    change(back);
    assert.equal(await browser.comeBack('my-lab', back), refusedWith('oauth_state_invalid'));
  }
  const old = lab.agree(await browser.begin('my-lab'));
  await world.sql("update oauth_states set expires_at = now() - interval '1 second'");
  assert.equal(await browser.comeBack('my-lab', old), refusedWith('oauth_state_invalid'));
  const other = lab.agree(await browser.begin('my-lab'));
  assert.equal(await browser.comeBack('google', other), refusedWith('oauth_state_invalid'));
  assert.equal(await browser.comeBack('my-lab', other), refusedWith('oauth_state_invalid'));
});

test('an answer in the name of another issuer is refused before the code is sent anywhere', async () => {
  for (const iss of [google.url, `${lab.url}/`, lab.url.toUpperCase(), undefined]) {
    const browser = new Browser(api);
    lab.person = newcomer();
    const back = lab.agree(await browser.begin('my-lab')), asked = lab.asked.length;
    if (iss) back.set('iss', iss);
    else back.delete('iss');
    assert.equal(await browser.comeBack('my-lab', back), refusedWith('oauth_failed'), iss);
    assert.deepEqual(lab.asked.slice(asked), []);
  }
});

test('a parameter that is given twice or far too long is refused', async () => {
  for (const query of ['code=a&state=b&state=c', 'code=a&code=b&state=c', `code=${'a'.repeat(4097)}&state=b`, `state=${'a'.repeat(201)}`])
    assertProblem(await api.send('GET', `/api/v1/auth/oauth/my-lab/callback?${query}`), 422, 'validation');
});

test('whoever does not agree is told so, and errors of the provider do not reach the page', async () => {
  const browser = new Browser(api);
  const answer = async (error: string) => {
    const back = lab.agree(await browser.begin('my-lab'));
    back.delete('code');
    back.set('error', error);
    back.set('error_description', '<script>alert(1)</script>');
    return browser.comeBack('my-lab', back);
  };
  assert.equal(await answer('access_denied'), refusedWith('oauth_denied'));
  assert.equal(await answer('server_error'), refusedWith('oauth_failed'));
  assert.equal(await answer('<script>'), refusedWith('oauth_failed'));
});

test('a provider that cannot be reached is told to the page', async () => {
  const reply = await api.send('GET', '/api/v1/auth/oauth/gone');
  assertStatus(reply, 302);
  assert.equal(reply.headers.get('location'), refusedWith('oauth_unreachable'));
});

const HOSTILE = ['//evil.example', '///evil.example', '/\\evil.example', '\\\\evil.example', '\\/evil.example', '/%2Fevil.example', '/%2f/evil.example', '/%5Cevil.example',
  '/%5c%5cevil.example', '/%252Fevil.example', '/./evil.example', '/..//evil.example', '/.%2e/evil.example', '/a//evil.example', '/\t/evil.example', '/\n/evil.example', '\t//evil.example',
  ' //evil.example', '/%09/evil.example', '/%0d%0aLocation:%20https://evil.example', '/a\r\nLocation: https://evil.example', '/a\u0000b', '/%00', 'https://evil.example', 'http://evil.example',
  'HTTPS://evil.example', 'https:evil.example', 'https:/evil.example', 'https:///evil.example', 'https://app.veza.example@evil.example', 'https://app.veza.example:443@evil.example/',
  'https://app.veza.example.evil.example', 'https://app.veza.example%2eevil.example', 'https://evilapp.veza.example', 'https://x.app.veza.example', 'https://app.veza.example:8443/',
  'https://veza.example/', 'https://veza.example:84430/', 'https://veza.example:8443@evil.example', 'https://veza.example:8443.evil.example', 'http://app.veza.example/', 'https://APP.veza.example/',
  'https://app.veza.example\\@evil.example', 'https://app.veza.example//evil.example', 'https://app.veza.example?@evil.example', 'https://app.veza.example#@evil.example', 'https://аpp.veza.example/',
  'https://app。veza。example/', 'https://app.veza.example\u200b/', 'https://app.veza.example\u3002evil.example', 'http://veza.test.evil.example/', 'http://veza.test@evil.example/', 'http://veza.test:80@evil.example', '//veza.test', 'http://veza.test:8080/',
  'javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'java\tscript:alert(1)', 'javascript://app.veza.example/%0aalert(1)', 'data:text/html,<script>alert(1)</script>', 'vbscript:msgbox(1)', 'file:///etc/passwd',
  'blob:https://app.veza.example/1', 'evil.example', '@evil.example', '.evil.example', '?//evil.example', '#//evil.example', '/<script>', '/"onmouseover=', '/{a}', '/ü', '/%FF', '/%c0%af', '/%', '/%zz', '/%2',
  `/${'a'.repeat(2048)}`];

test(`a sign-in leads nowhere else: ${HOSTILE.length} hostile ways to write an address are refused`, async () => {
  assert.ok(HOSTILE.length >= 30 && new Set(HOSTILE).size === HOSTILE.length);
  for (const target of HOSTILE) {
    const reply = await api.send('GET', `/api/v1/auth/oauth/my-lab?redirect=${encodeURIComponent(target)}`);
    assertProblem(reply, 422, 'validation', JSON.stringify(target));
    assert.equal(reply.headers.get('location'), null);
  }
  assertProblem(await api.send('GET', '/api/v1/auth/oauth/my-lab?redirect=/a&redirect=//evil.example'), 422, 'validation');
});

test('a sign-in leads to any page of ours, and to the origins that the operator listed', async () => {
  const person = newcomer();
  for (const target of ['/', '/library', '/tracks/1?a=b&c=%2F#d', '/search?q=caf%C3%A9', 'https://app.veza.example', 'https://app.veza.example/a', 'https://veza.example:8443/b?c', `${HOME}/d`])
    assert.equal(await visit(new Browser(api), person, `?redirect=${encodeURIComponent(target)}`), target.startsWith('/') ? HOME + target : target);
});

test('a newcomer gets an account with a free name made from theirs', async () => {
  const cases: [Record<string, unknown>, RegExp][] = [
    [{ preferred_username: 'Zoë Ünal!' }, /^Zo\.nal$/], [{ preferred_username: 'alice' }, /^alice\d{4}$/], [{ preferred_username: 'admin' }, /^admin\d{4}$/],
    [{ preferred_username: undefined, name: 'Grace  Hopper' }, /^Grace\.Hopper$/], [{ preferred_username: '李', name: '李小龍', email: 'bruce.lee@example.net' }, /^bruce\.lee$/],
    [{ preferred_username: '', name: '', email: 'x@example.net' }, /^listener$/], [{ preferred_username: 'x'.repeat(60) }, /^x{24}$/], [{ preferred_username: "'; drop table users; --" }, /^drop\.table\.users\.--$/],
  ];
  for (const [more, name] of cases) {
    const browser = new Browser(api);
    assert.equal(await visit(browser, newcomer(more)), `${HOME}/`);
    const me = await browser.me();
    assert.match(me.username, name);
    assert.equal(me.is_verified, true);
    assert.equal(await world.sql(`select password_hash is null from users where id = '${me.id}'`), 't');
  }
});

test('an address that the provider does not call verified makes no account and opens none', async () => {
  const owner = await verified();
  for (const more of [{ email_verified: false }, { email_verified: undefined }, { email_verified: 'false' }, { email_verified: 1 }, { email: undefined }, { email: 'no address' }, { email: 7 }])
    for (const email of [`fresh${++people}@example.net`, owner.email]) {
      const browser = new Browser(api);
      assert.equal(await visit(browser, newcomer({ email, ...more })), refusedWith('oauth_email_unverified'));
      assert.ok(!browser.signedIn);
    }
  assert.equal(await identities(owner.id), '0');
});

test('a verified account is found by its verified address', async () => {
  const owner = await verified(), browser = new Browser(api), person = newcomer({ email: owner.email.toUpperCase() });
  assert.equal(await visit(browser, person), `${HOME}/`);
  assert.equal((await browser.me()).id, owner.id);
  assert.equal(await identities(owner.id), '1');
  /* From now on it is the identity that counts, whatever its address becomes. */
  const later = new Browser(api);
  assert.equal(await visit(later, { ...person, email: 'elsewhere@example.net', email_verified: false }), `${HOME}/`);
  assert.equal((await later.me()).id, owner.id);
});

test('whoever registered first with somebody else\'s address does not get their identity', async () => {
  const squatter = await register('victim@example.net'), browser = new Browser(api);
  assert.equal(await visit(browser, newcomer({ email: 'victim@example.net' })), refusedWith('oauth_account_exists'));
  assert.ok(!browser.signedIn);
  assert.equal(await identities(squatter.id), '0');
});

test('two issuers may use one subject: they are two people', async () => {
  const person = newcomer(), other = { ...newcomer(), sub: person.sub }, one = new Browser(api), two = new Browser(api);
  await visit(one, person);
  await visit(two, other, '', {}, google, 'google');
  assert.notEqual((await one.me()).id, (await two.me()).id);
});

test('a subject is who it is at its issuer only: the same name for another issuer opens nothing', async () => {
  const person = newcomer(), browser = new Browser(api);
  await visit(browser, person);
  const { id } = await browser.me();
  await world.sql(`update federated_identities set issuer = 'https://the.issuer.before' where user_id = '${id}'`);
  const other = new Browser(api);
  assert.equal(await visit(other, { ...person, email: 'thief@example.net' }), `${HOME}/`);
  assert.notEqual((await other.me()).id, id);
});

test('claims that the ID token lacks come from the userinfo endpoint, about the same person only', async () => {
  const person = newcomer(), browser = new Browser(api);
  const lean = { email: undefined, email_verified: undefined, name: undefined, preferred_username: undefined };
  assert.equal(await visit(browser, person, '', { claims: lean }), `${HOME}/`);
  assert.equal((await browser.me()).email, person.email);
  const wrong = new Browser(api);
  assert.equal(await visit(wrong, newcomer(), '', { claims: lean, userinfo: { sub: 'somebody-else' } }), refusedWith('oauth_failed'));
  assert.ok(!wrong.signedIn);
});

test('a disabled account stays closed', async () => {
  const browser = new Browser(api), person = newcomer();
  await visit(browser, person);
  await world.sql(`update users set is_banned = true where lower(email) = '${person.email}'`);
  const again = new Browser(api);
  assert.equal(await visit(again, person), refusedWith('account_disabled'));
  assert.equal(await visit(again, newcomer({ email: person.email })), refusedWith('account_disabled'));
  assert.ok(!again.signedIn);
});

test('whoever deleted their account comes back as somebody new', async () => {
  const browser = new Browser(api), person = newcomer();
  await visit(browser, person);
  const { id } = await browser.me();
  await world.sql(`update users set deleted_at = now() where id = '${id}'`);
  const again = new Browser(api);
  assert.equal(await visit(again, person), `${HOME}/`);
  assert.notEqual((await again.me()).id, id);
});

/** Switches on the second factor of an app. */
async function protect(owner: { id: string; as: Credentials }) {
  const setup = await api.post('/api/v1/auth/2fa/setup', { body: { password: PASSWORD }, as: owner.as });
  assertStatus(setup, 200);
  assertStatus(await api.post('/api/v1/auth/2fa/verify', { body: { code: codeOf(setup.body.secret) }, as: owner.as }), 200);
  await world.sql(`update mfa_configs set last_step = 0 where user_id = '${owner.id}'`);
  return setup;
}

test('an address alone connects nothing to an account with a second factor', async () => {
  const owner = await verified();
  await protect(owner);
  assert.equal(await visit(new Browser(api), newcomer({ email: owner.email })), refusedWith('oauth_account_exists'));
  assert.equal(await identities(owner.id), '0');
});

test('the second factor is asked for as after a password', async () => {
  const owner = await verified(), person = newcomer({ email: owner.email });
  await visit(new Browser(api), person);
  const setup = await protect(owner);
  const browser = new Browser(api);
  const target = new URL(await visit(browser, person, '?redirect=/library'));
  assert.ok(!browser.signedIn);
  assert.equal(target.origin + target.pathname + target.search, `${HOME}/login?mfa=1&next=%2Flibrary`);
  const mfa_token = new URLSearchParams(target.hash.slice(1)).get('mfa_token')!;
  assertProblem(await api.post('/api/v1/auth/login/2fa', { body: { mfa_token, code: '000000' } }), 401, 'mfa_code_invalid');
  const second = await api.post('/api/v1/auth/login/2fa', { body: { mfa_token, code: codeOf(setup.body.secret) } });
  assertStatus(second, 200);
  assert.equal(second.body.user.id, owner.id);
});

test('sign-ins are in the history by the provider\'s name, and in the audit log', async () => {
  const browser = new Browser(api), person = newcomer();
  await visit(browser, person);
  const history = await api.get('/api/v1/auth/login-history', { as: { cookies: browser.cookies } });
  assert.deepEqual(history.body.items.map(({ method, outcome }) => ({ method, outcome })), [{ method: 'oauth:my-lab', outcome: 'succeeded' }]);
  const { id } = await browser.me();
  assert.equal(await world.sql(`select count(*) from audit_logs where actor_id = '${id}' and action = 'GET /api/v1/auth/oauth/{provider}/callback'`), '1');
});

test('wrong passwords lock nobody out of this way in', async () => {
  const owner = await verified(), browser = new Browser(api), person = newcomer({ email: owner.email });
  for (let i = 0; i < 3; i++) await api.post('/api/v1/auth/login', { body: { email: owner.email, password: 'wrong password' } });
  assertProblem(await api.post('/api/v1/auth/login', { body: { email: owner.email, password: PASSWORD } }), 429, 'account_locked');
  await visit(browser, person);
  assert.ok(browser.signedIn);
  assert.equal((await browser.me()).id, owner.id);
});

test('the provider\'s tokens are encrypted at rest and in no log or reply', async () => {
  const browser = new Browser(api), person = newcomer();
  await visit(browser, person);
  const secrets = [...lab.secrets, CLIENT.secret, browser.cookies['veza_access']!], { id } = await browser.me();
  const row = await world.sql(`select access_token || ' ' || refresh_token || ' ' || (expires_at > now() + interval '50 minutes') from federated_identities where user_id = '${id}'`);
  assert.match(row, /^[A-Za-z0-9_-]{70,} [A-Za-z0-9_-]{70,} true$/);
  const connections = await api.get('/api/v1/auth/oauth/connections', { as: { cookies: browser.cookies } });
  const dump = row + JSON.stringify(connections.body) + world.server.log();
  for (const secret of secrets) assert.ok(!dump.includes(secret), 'a secret got out');
  await visit(new Browser(api), person);
  assert.notEqual(await world.sql(`select access_token from federated_identities where user_id = '${id}'`), row.split(' ')[0]);
});

test('whoever is signed in connects an account elsewhere, whatever its address, and signs in with it from then on', async () => {
  const owner = await register(), browser = await withPassword(owner.email), person = newcomer({ email_verified: false });
  assert.equal(await visit(browser, person, '?link=true'), `${HOME}/settings/security`);
  const { items } = (await api.get('/api/v1/auth/oauth/connections', { as: owner.as })).body;
  assert.deepEqual(items.map(({ provider, name, email }) => ({ provider, name, email })), [{ provider: 'my-lab', name: person.name, email: person.email }]);
  const other = new Browser(api);
  assert.equal(await visit(other, person), `${HOME}/`);
  assert.equal((await other.me()).id, owner.id);
  assert.equal(await visit(browser, person, '?link=true&redirect=/welcome'), `${HOME}/welcome`, 'once more changes nothing');
  assert.equal(await identities(owner.id), '1');
});

test('an account elsewhere belongs to one person here', async () => {
  const person = newcomer();
  await visit(new Browser(api), person);
  const owner = await register(), browser = await withPassword(owner.email);
  assert.equal(await visit(browser, person, '?link=true'), `${HOME}/settings/security?oauth_error=oauth_already_linked`);
  assert.equal(await identities(owner.id), '0');
});

test('a session that was left open for long connects nothing; one that does is told to its owner', async () => {
  const owner = await register(), browser = await withPassword(owner.email), person = newcomer();
  await world.sql(`update sessions set created_at = now() - interval '11 minutes' where user_id = '${owner.id}'`);
  const link = () => api.send('GET', '/api/v1/auth/oauth/my-lab?link=true', { as: { cookies: browser.cookies }, headers: { 'sec-fetch-site': 'same-origin' } });
  assert.equal((await link()).headers.get('location'), `${HOME}/settings/security?oauth_error=sign_in_again`);
  assert.equal(await identities(owner.id), '0');
  await world.sql(`update sessions set created_at = now() where user_id = '${owner.id}'`);
  assert.equal(await visit(browser, person, '?link=true'), `${HOME}/settings/security`);
  await until('the notice', async () => (await api.get('/api/v1/notifications', { as: owner.as })).body.items.some(({ type }) => type === 'account.connected'));
});

test('nobody connects an account by a link of another site, or without a session', async () => {
  const owner = await register(), browser = await withPassword(owner.email);
  const link = (headers: Record<string, string>, cookies = browser.cookies) => api.send('GET', '/api/v1/auth/oauth/my-lab?link=true', { as: { cookies }, headers });
  for (const headers of [{}, { 'sec-fetch-site': 'cross-site' }, { 'sec-fetch-site': 'same-site' }, { 'sec-fetch-site': 'none' }, { referer: 'https://evil.example/' }, { referer: `${HOME}.evil.example/` },
    { 'sec-fetch-site': 'cross-site', referer: 'https://evil.example/' }] as Record<string, string>[]) {
    const reply = await link(headers);
    assertStatus(reply, 302);
    assert.equal(reply.headers.get('location'), `${HOME}/settings/security?oauth_error=csrf_failed`, JSON.stringify(headers));
  }
  assert.ok((await link({ referer: `${HOME}/settings/security` })).headers.get('location')!.startsWith(`${lab.url}/authorize?`));
  for (const cookies of [{}, { veza_access: 'not.a.token' }]) assert.equal((await link({ 'sec-fetch-site': 'same-origin' }, cookies as Record<string, string>)).headers.get('location'), refusedWith('unauthenticated'));
  assert.equal((await api.send('GET', '/api/v1/auth/oauth/my-lab?link=true', { as: owner.as, headers: { 'sec-fetch-site': 'same-origin' } })).headers.get('location'), refusedWith('unauthenticated'), 'a bearer token is no browser');
});

test('a connection that was begun before signing out is not finished after it', async () => {
  const owner = await register(), browser = await withPassword(owner.email);
  lab.person = newcomer();
  const back = lab.agree(await browser.begin('my-lab', '?link=true'));
  await world.sql(`update sessions set revoked_at = now() where user_id = '${owner.id}'`);
  assert.equal(await browser.comeBack('my-lab', back), `${HOME}/settings/security?oauth_error=oauth_state_invalid`);
  assert.equal(await identities(owner.id), '0');
});

const connectionOf = async (as: { cookies: Record<string, string> } | { token: string }) => (await api.get('/api/v1/auth/oauth/connections', { as })).body.items[0]!.id;
const csrfOf = async (browser: Browser) => ({ cookies: browser.cookies, csrf: (await api.get('/api/v1/csrf-token', { as: { cookies: browser.cookies } })).body.csrf_token });

test('a connection is taken away, and no longer lets in', async () => {
  const owner = await register(), browser = await withPassword(owner.email), person = newcomer();
  await visit(browser, person, '?link=true');
  assertStatus(await api.delete('/api/v1/auth/oauth/connections/{id}', { path: { id: await connectionOf(owner.as) }, as: owner.as }), 204);
  const other = new Browser(api);
  await visit(other, person);
  assert.notEqual((await other.me()).id, owner.id);
});

test('the last way in stays: without a password, a passkey or another provider that is switched on', async () => {
  const browser = new Browser(api), person = newcomer();
  await visit(browser, person);
  const { id } = await browser.me(), as = await csrfOf(browser), connection = await connectionOf(as);
  const remove = () => api.delete('/api/v1/auth/oauth/connections/{id}', { path: { id: connection }, as });
  assertProblem(await remove(), 409, 'last_sign_in_method');
  await world.sql(`insert into federated_identities (user_id, provider, issuer, provider_id) values ('${id}', 'switched-off', '', '1')`);
  assertProblem(await remove(), 409, 'last_sign_in_method');
  await world.sql(`update federated_identities set provider = 'google' where provider = 'switched-off'`);
  assertStatus(await remove(), 204);
});

test('two connections that are taken away at once leave one', async () => {
  const browser = new Browser(api), person = newcomer();
  await visit(browser, person);
  await visit(browser, newcomer(), '?link=true', {}, google, 'google');
  const as = await csrfOf(browser);
  const { items } = (await api.get('/api/v1/auth/oauth/connections', { as })).body;
  assert.equal(items.length, 2);
  const replies = await Promise.all(items.map(({ id }) => api.delete('/api/v1/auth/oauth/connections/{id}', { path: { id }, as })));
  assert.deepEqual(replies.map(({ status }) => status).sort(), [204, 409]);
});

test('whoever has no password asks for one by mail, and has one then', async () => {
  const browser = new Browser(api), person = newcomer();
  await visit(browser, person);
  const login = (password: string) => api.post('/api/v1/auth/login', { body: { email: person.email, password } });
  assertProblem(await login('a new password'), 401, 'invalid_credentials');
  assertStatus(await api.post('/api/v1/auth/password/reset-request', { body: { email: person.email } }), 202);
  assertStatus(await api.post('/api/v1/auth/password/reset', { body: { token: await linkToken(world.server, person.email, 'reset-password'), password: 'a new password' } }), 200);
  assertStatus(await login('a new password'), 200);
});

test('others sign in as before', async () => {
  assertStatus(await api.post('/api/v1/auth/login', { body: { email: emailOf('alice'), password: PASSWORD } }), 200);
});
