/** ID tokens as they must not be, each refused; and the keys that sign them. */
import { strict as assert } from 'node:assert';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { CLIENT, compact, Issuer, makeKey, signEs256, signHs256, signRs256, type Lies } from '../support/issuer.ts';
import { Browser, HOME } from '../support/signin.ts';
import { World } from '../support/world.ts';

const lab = await Issuer.start();
const world = await World.start('id-token', { FRONTEND_URL: HOME, OAUTH_PROVIDERS: 'oidc:lab', OAUTH_LAB_CLIENT_ID: CLIENT.id, OAUTH_LAB_CLIENT_SECRET: CLIENT.secret, OAUTH_LAB_ISSUER: lab.url });
const now = () => Math.floor(Date.now() / 1000);
const part = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url');

async function signIn(lies: Lies = {}): Promise<string> {
  const browser = new Browser(world.visitor);
  const target = await browser.comeBack('lab', lab.agree(await browser.begin('lab'), lies));
  assert.equal(browser.signedIn, target === `${HOME}/`);
  return target;
}

const header = (alg: string, more: Record<string, unknown> = {}) => ({ alg, kid: lab.keys[0]!.kid, ...more });
const stranger = makeKey(), weak = makeKey('RSA', 1024);
const publicPem = () => lab.keys[0]!.jwk['n'] as string;

const BROKEN: [string, () => Lies][] = [
  ['another nonce', () => ({ claims: { nonce: 'another' } })],
  ['no nonce', () => ({ claims: { nonce: undefined } })],
  ['another audience', () => ({ claims: { aud: 'another client' } })],
  ['no audience', () => ({ claims: { aud: undefined } })],
  ['a list of other audiences', () => ({ claims: { aud: ['another', 'client'] } })],
  ['several audiences and no azp', () => ({ claims: { aud: [CLIENT.id, 'another'] } })],
  ['an azp that is another client', () => ({ claims: { azp: 'another' } })],
  ['another issuer', () => ({ claims: { iss: 'https://accounts.google.com' } })],
  ['an issuer with a slash more', () => ({ claims: { iss: `${lab.url}/` } })],
  ['no issuer', () => ({ claims: { iss: undefined } })],
  ['a time that is over', () => ({ claims: { exp: now() - 120 } })],
  ['no end', () => ({ claims: { exp: undefined } })],
  ['an end that is a text', () => ({ claims: { exp: String(now() + 300) } })],
  ['a beginning that is not yet', () => ({ claims: { nbf: now() + 600 } })],
  ['a birth in the future', () => ({ claims: { iat: now() + 600 } })],
  ['a birth long ago', () => ({ claims: { iat: now() - 86_400 } })],
  ['no birth', () => ({ claims: { iat: undefined } })],
  ['no subject', () => ({ claims: { sub: undefined } })],
  ['an empty subject', () => ({ claims: { sub: '' } })],
  ['a subject that is a number', () => ({ claims: { sub: 7 } })],
  ['a subject that is too long', () => ({ claims: { sub: 'a'.repeat(256) } })],
  ['the hash of another access token', () => ({ claims: { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' } })],
  ['alg none and no signature', () => ({ token: (claims) => `${part({ alg: 'none' })}.${part(claims)}.` })],
  ['alg none in capitals', () => ({ token: (claims) => `${part({ alg: 'NONE' })}.${part(claims)}.` })],
  ['the signature cut off', () => ({ token: (claims) => `${part(header('RS256'))}.${part(claims)}.` })],
  ['no third part', () => ({ token: (claims) => `${part(header('RS256'))}.${part(claims)}` })],
  ['HS256 with the client\'s secret', () => ({ header: { alg: 'HS256' }, sign: signHs256(CLIENT.secret) })],
  ['HS256 with the public key', () => ({ header: { alg: 'HS256' }, sign: signHs256(publicPem()) })],
  ['a signature by a stranger under our key\'s name', () => ({ sign: signRs256(stranger.private) })],
  ['a stranger\'s key by its own name', () => ({ header: { kid: stranger.kid }, sign: signRs256(stranger.private) })],
  ['a stranger\'s key that comes along in the header', () => ({ header: { kid: undefined, jwk: stranger.jwk }, sign: signRs256(stranger.private) })],
  ['an address of keys in the header', () => ({ header: { kid: stranger.kid, jku: `${lab.url}/keys` }, sign: signRs256(stranger.private) })],
  ['a key that is named after another kind', () => ({ header: { alg: 'ES256' } })],
  ['extensions that must be understood', () => ({ header: { crit: ['b64'], b64: false } })],
  ['the type of an access token', () => ({ header: { typ: 'at+jwt' } })],
  ['claims that were changed afterwards', () => ({ token: (claims) => compact(header('RS256'), claims, signRs256(lab.keys[0]!.private)).replace(/\.[^.]+\./, `.${part({ ...claims, sub: 'admin' })}.`) })],
  ['a name given twice', () => ({ token: (claims) => {
    const input = `${part(header('RS256'))}.${Buffer.from(JSON.stringify(claims).replace(/^\{/, '{"sub":"admin",')).toString('base64url')}`;
    return `${input}.${signRs256(lab.keys[0]!.private)(input)}`;
  } })],
  ['claims that are a list', () => ({ token: () => {
    const input = `${part(header('RS256'))}.${part([1])}`;
    return `${input}.${signRs256(lab.keys[0]!.private)(input)}`;
  } })],
  ['nothing', () => ({ token: () => undefined })],
  ['noise', () => ({ token: () => 'a.b.c' })],
  ['far too much', () => ({ claims: { filler: 'a'.repeat(20_000) } })],
  ['JSON in place of the compact form', () => ({ token: (claims) => JSON.stringify({ payload: part(claims), signatures: [] }) })],
];

for (const [what, lies] of BROKEN) {
  test(`an ID token with ${what} is refused`, async () => {
    assert.equal(await signIn(lies()), `${HOME}/login?oauth_error=oauth_failed`);
    assert.equal(await signIn(), `${HOME}/`, 'an honest one is not');
  });
}

test('what may differ is accepted: a list of one audience, azp, at_hash, no type, a clock that is a little off', async () => {
  for (const claims of [{ aud: [CLIENT.id] }, { aud: [CLIENT.id, 'another'], azp: CLIENT.id }, { iat: now() + 20 }, { exp: now() - 20 }, { exp: now() + 300.5 }]) assert.equal(await signIn({ claims }), `${HOME}/`, JSON.stringify(claims));
  assert.equal(await signIn({ header: { typ: undefined } }), `${HOME}/`);
  const access_token = 'known-beforehand';
  assert.equal(await signIn({ reply: { access_token }, claims: { at_hash: createHash('sha256').update(access_token).digest().subarray(0, 16).toString('base64url') } }), `${HOME}/`);
});

test('a key that the issuer has changed to is found, and the one before no longer counts', async () => {
  assert.equal(await signIn(), `${HOME}/`);
  const [before] = lab.keys;
  lab.keys = [makeKey()];
  assert.equal(await signIn(), `${HOME}/`);
  assert.equal(await signIn({ header: { kid: before!.kid }, sign: signRs256(before!.private) }), `${HOME}/login?oauth_error=oauth_failed`);
});

test('elliptic curves do as well; weak keys, keys for encryption and secrets in the set do not', async () => {
  const [rsa] = lab.keys, ec = makeKey('EC');
  lab.keys = [ec];
  assert.equal(await signIn({ header: { alg: 'ES256' }, sign: signEs256(ec.private) }), `${HOME}/`);
  lab.keys = [weak];
  assert.equal(await signIn(), `${HOME}/login?oauth_error=oauth_failed`);
  lab.keys = [{ ...rsa!, jwk: { ...rsa!.jwk, use: 'enc' } }];
  assert.equal(await signIn(), `${HOME}/login?oauth_error=oauth_failed`);
  lab.keys = [{ ...rsa!, jwk: { kty: 'oct', kid: rsa!.kid, k: Buffer.from(CLIENT.secret).toString('base64url') } }];
  assert.equal(await signIn({ header: { alg: 'HS256' }, sign: signHs256(CLIENT.secret) }), `${HOME}/login?oauth_error=oauth_failed`);
  lab.keys = [rsa!];
});

test('replies of the token endpoint that are none are refused', async () => {
  for (const reply of [{ access_token: undefined }, { access_token: '' }, { access_token: 'a b' }, { access_token: 'a\r\nX-Evil: 1' }, { access_token: 7 }, { token_type: 'mac' }, { access_token: 'a'.repeat(9000) }] as Record<string, unknown>[])
    assert.equal(await signIn({ reply }), `${HOME}/login?oauth_error=oauth_failed`, JSON.stringify(reply).slice(0, 60));
});

test('a client names itself as the issuer wants, and PKCE is S256 whatever the issuer offers', async () => {
  for (const [clients, secret, metadata] of [['basic', CLIENT.secret, { token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic'] }],
    ['post', CLIENT.secret, { token_endpoint_auth_methods_supported: ['client_secret_post'] }], ['public', '', { code_challenge_methods_supported: ['plain'] }]] as const) {
    const issuer = await Issuer.start();
    Object.assign(issuer, { clients, metadata });
    const other = await World.start('clients', { FRONTEND_URL: HOME, OAUTH_PROVIDERS: 'oidc:lab', OAUTH_LAB_CLIENT_ID: CLIENT.id, OAUTH_LAB_CLIENT_SECRET: secret, OAUTH_LAB_ISSUER: issuer.url });
    const browser = new Browser(other.visitor);
    assert.equal(await browser.comeBack('lab', issuer.agree(await browser.begin('lab'))), `${HOME}/`, clients);
  }
});

test('an issuer that describes itself as another one is not asked for anything', async () => {
  for (const [metadata, code] of [[{ issuer: 'https://accounts.google.com' }, 'oauth_unreachable'], [{ token_endpoint: 'file:///etc/passwd' }, 'oauth_unreachable'], [{ jwks_uri: undefined }, 'oauth_unreachable'],
    [{ authorization_endpoint: 'javascript:alert(1)' }, 'oauth_unreachable'], [{ token_endpoint: 'http://10.0.0.1/token' }, undefined]] as [Record<string, unknown>, string | undefined][]) {
    const liar = await Issuer.start();
    liar.metadata = metadata;
    const other = await World.start('liar', { FRONTEND_URL: HOME, OAUTH_PROVIDERS: 'oidc:lab', OAUTH_LAB_CLIENT_ID: CLIENT.id, OAUTH_LAB_CLIENT_SECRET: CLIENT.secret, OAUTH_LAB_ISSUER: liar.url });
    const browser = new Browser(other.visitor), target = await browser.begin('lab');
    if (code) assert.equal(target, `${HOME}/login?oauth_error=${code}`, JSON.stringify(metadata));
    /* Another host than the issuer's is called at public addresses only. */
    else assert.equal(await browser.comeBack('lab', liar.agree(target)), `${HOME}/login?oauth_error=oauth_unreachable`);
    assert.deepEqual(liar.asked.filter((one) => one !== 'GET /.well-known/openid-configuration'), []);
  }
});
