/** GitHub, Facebook and X: what each of them says about a person, and what follows from it. */
import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { Dialects } from '../support/dialects.ts';
import { BINARY } from '../support/paths.ts';
import { Browser, HOME } from '../support/signin.ts';
import { World } from '../support/world.ts';

const dialects = await Dialects.start();
const SETTINGS = { FRONTEND_URL: HOME, OAUTH_PROVIDERS: 'github,facebook,twitter', ...dialects.settings };
const world = await World.start('dialects', SETTINGS);
const trusting = await World.start('dialects-trusting', { ...SETTINGS, OAUTH_FACEBOOK_TRUST_EMAIL: 'true' });

async function signIn(provider: string, where = world): Promise<[string, Browser]> {
  const browser = new Browser(where.visitor), location = await browser.begin(provider);
  return [await browser.comeBack(provider, dialects.agree(location)), browser];
}

const refused = (code: string) => `${HOME}/login?oauth_error=${code}`;

test('the addresses ask for no more than who it is, with PKCE and without a nonce', async () => {
  const asked = Object.fromEntries(await Promise.all(['github', 'facebook', 'twitter'].map(async (provider) => {
    const url = new URL(await new Browser(world.visitor).begin(provider));
    assert.equal(url.searchParams.get('code_challenge_method'), 'S256');
    assert.equal(url.searchParams.get('nonce'), null);
    return [provider, url.searchParams.get('scope')] as const;
  })));
  assert.deepEqual(asked, { github: 'read:user user:email', facebook: 'public_profile,email', twitter: 'users.read tweet.read users.email' });
});

test('GitHub: the primary address when it is verified, the login as the name', async () => {
  const [target, browser] = await signIn('github');
  assert.equal(target, `${HOME}/`);
  const { username, email } = await browser.me();
  assert.deepEqual({ username, email }, { username: 'octo-cat', email: 'mona@example.net' });
  assert.ok(dialects.agents.every((agent) => agent === 'Veza'), 'GitHub answers nobody without a name');
});

test('GitHub: an address that is not verified, or only a second one, makes no account', async () => {
  const { emails } = dialects.github;
  for (const changed of [[{ ...emails[1]!, verified: false }], [emails[0]!], []]) {
    dialects.github = { ...dialects.github, id: dialects.github.id + 1, emails: changed };
    assert.equal((await signIn('github'))[0], refused('oauth_email_unverified'));
  }
});

test('GitHub: who it is goes by the number, not by the login, which another one may take later', async () => {
  const emails = [{ email: 'first@example.net', primary: true, verified: true, visibility: null }];
  dialects.github = { id: 1001, login: 'traded', name: null, emails };
  const [, first] = await signIn('github');
  dialects.github = { id: 1002, login: 'traded', name: null, emails: [{ ...emails[0]!, email: 'second@example.net' }] };
  const [, second] = await signIn('github');
  assert.notEqual((await first.me()).id, (await second.me()).id);
});

test('Facebook vouches for no address: no account is made or found by it, unless the operator says so', async () => {
  assert.equal((await signIn('facebook'))[0], refused('oauth_email_unverified'));
  const [target, browser] = await signIn('facebook', trusting);
  assert.equal(target, `${HOME}/`);
  assert.equal((await browser.me()).email, 'fabien@example.net');
  dialects.facebook = { id: '10159', name: 'No Address' };
  assert.equal((await signIn('facebook', trusting))[0], refused('oauth_email_unverified'));
});

test('X: the confirmed address', async () => {
  const [target, browser] = await signIn('twitter');
  assert.equal(target, `${HOME}/`);
  const { username, email } = await browser.me();
  assert.deepEqual({ username, email }, { username: 'xavi_x', email: 'xavi@example.net' });
  dialects.twitter = { id: '99', name: 'No Address', username: 'none_x' };
  assert.equal((await signIn('twitter'))[0], refused('oauth_email_unverified'));
});

test('X: an address that is not called confirmed is none', async () => {
  dialects.twitter = { id: '100', name: 'Other', username: 'other_x', email: 'other@example.net' };
  assert.equal((await signIn('twitter'))[0], refused('oauth_email_unverified'));
});

for (const provider of ['github', 'facebook', 'twitter'])
  test(`${provider}: a code that is none is refused, however it says so`, async () => {
    const browser = new Browser(world.visitor), back = dialects.agree(await browser.begin(provider));
    back.set('code', 'made-up');
    assert.equal(await browser.comeBack(provider, back), refused('oauth_failed'));
  });

/** What the program says about these settings. */
function doctor(settings: Record<string, string>): string {
  const { stdout, stderr } = spawnSync(BINARY, ['doctor'], { cwd: '/tmp', encoding: 'utf8', env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', VEZA_DATA_DIR: '/tmp/veza-doctor-none', ...settings } });
  return (stdout + stderr).split('\n').filter((line) => /sign-in|OUTGOING/.test(line)).join('\n');
}

test('veza doctor tells which setting of a sign-in is missing, and never its value', () => {
  const google = { OAUTH_PROVIDERS: 'google', OAUTH_GOOGLE_CLIENT_ID: 'abc' };
  for (const [settings, said] of [
    [{}, /passwords and passkeys/], [google, /with google; .*\/api\/v1\/auth\/oauth\/NAME\/callback/], [{ OAUTH_PROVIDERS: 'google' }, /CLIENT_ID of "google"/],
    [{ ...google, APP_ENV: 'production' }, /OAUTH_ENCRYPTION_KEY in production/], [{ ...google, OAUTH_ENCRYPTION_KEY: 'abc' }, /64 hex digits/],
    [{ OAUTH_PROVIDERS: 'myspace' }, /"myspace"; it takes/], [{ OAUTH_PROVIDERS: 'oidc:google' }, /"oidc:google"; it takes/], [{ OAUTH_PROVIDERS: 'oidc:connections' }, /it takes/],
    [{ ...google, OAUTH_PROVIDERS: 'google,google' }, /each once/], [{ OAUTH_PROVIDERS: 'oidc:x', OAUTH_X_CLIENT_ID: 'a' }, /ISSUER of "x"/],
    [{ OAUTH_PROVIDERS: 'oidc:x', OAUTH_X_CLIENT_ID: 'a', OAUTH_X_ISSUER: 'ftp://x' }, /ISSUER of "x"/],
    [{ OAUTH_PROVIDERS: 'oidc:x', OAUTH_X_CLIENT_ID: 'a', OAUTH_X_ISSUER: 'http://issuer.example', APP_ENV: 'production', OAUTH_ENCRYPTION_KEY: 'ab'.repeat(32) }, /ISSUER of "x"/],
    [{ OAUTH_ALLOWED_REDIRECT_DOMAINS: 'veza.example' }, /OAUTH_ALLOWED_REDIRECT_DOMAINS has "veza.example"/], [{ OAUTH_ALLOWED_REDIRECT_DOMAINS: 'https://veza.example/' }, /has "https:\/\/veza.example\/"/],
    [{ OUTGOING_ALLOW_PRIVATE: 'true', APP_ENV: 'production' }, /OUTGOING_ALLOW_PRIVATE/],
  ] as [Record<string, string>, RegExp][]) assert.match(doctor(settings), said);
  assert.ok(!doctor({ ...google, OAUTH_ENCRYPTION_KEY: 'a-secret-of-mine' }).includes('a-secret-of-mine'));
});
