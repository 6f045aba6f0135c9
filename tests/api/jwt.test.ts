/** Forged, stale, foreign and broken access tokens: all of them 401, wherever they are sent. */
import { strict as assert } from 'node:assert';
import { createHash, createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertProblem, assertStatus } from '../support/client.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('jwt');
const key = createPrivateKey(readFileSync(template.settings['JWT_PRIVATE_KEY_PATH']!));
const publicKey = createPublicKey(key);
const publicPem = publicKey.export({ type: 'spki', format: 'pem' });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });

type Json = Record<string, unknown>;
const encode = (value: Json | string) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const decode = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Json;

const [realHeader, realPayload, realSignature] = template.tokens.alice.split('.') as [string, string, string];
const header = decode(realHeader);
const payload = decode(realPayload);
const now = Math.floor(Date.now() / 1000);

const rs256 = (input: string, by: KeyObject = key) => sign('RSA-SHA256', Buffer.from(input), by).toString('base64url');
const hs256 = (input: string, secret: string | Buffer) => createHmac('sha256', secret).update(input).digest('base64url');

/** Signed as the server does it, with these headers and claims changed (undefined: removed). */
function signed(claims: Json = {}, headers: Json = {}, by: KeyObject = key): string {
  const input = `${encode({ ...header, ...headers })}.${encode({ ...payload, ...claims })}`;
  return `${input}.${rs256(input, by)}`;
}

function signedText(headerText: string, payloadText: string): string {
  const input = `${encode(headerText)}.${encode(payloadText)}`;
  return `${input}.${rs256(input)}`;
}

function symmetric(secret: string | Buffer, headers: Json = {}): string {
  const input = `${encode({ ...header, alg: 'HS256', ...headers })}.${encode(payload)}`;
  return `${input}.${hs256(input, secret)}`;
}

const unsigned = (alg: string, signature = '') => `${encode({ ...header, alg })}.${encode(payload)}.${signature}`;
const flip = (text: string, at: number) => text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
const jwk = (one: KeyObject) => one.export({ format: 'jwk' }) as Json;
const payloadJson = JSON.stringify(payload);
const headerJson = JSON.stringify(header);
const der = publicKey.export({ type: 'spki', format: 'der' });

const forgeries: Record<string, string> = {
  'alg none': unsigned('none'),
  'alg None': unsigned('None'),
  'alg NONE': unsigned('NONE'),
  'alg nOnE': unsigned('nOnE'),
  'alg none with the real signature': unsigned('none', realSignature),
  'alg empty': unsigned('', realSignature),
  'alg missing': signed({}, { alg: undefined }),
  'alg null': signed({}, { alg: null }),
  'alg a number': signed({}, { alg: 256 }),
  'alg a list': signed({}, { alg: ['RS256'] }),
  'alg in lower case': signed({}, { alg: 'rs256' }),
  'HS256 with the public key as PEM': symmetric(publicPem),
  'HS256 with the public key as PEM without its newline': symmetric(String(publicPem).trim()),
  'HS256 with the public key as DER': symmetric(der),
  'HS256 with the modulus': symmetric(Buffer.from(String(jwk(publicKey)['n']), 'base64url')),
  'HS256 with an empty secret': symmetric(''),
  'HS256 with the word secret': symmetric('secret'),
  'HS256 with the key id': symmetric(String(header['kid'])),
  'RS384 header over an RS256 signature': signed({}, { alg: 'RS384' }),
  'RS512 header over an RS256 signature': signed({}, { alg: 'RS512' }),
  'PS256 header over an RS256 signature': signed({}, { alg: 'PS256' }),
  'ES256 with a key of the sender': (() => {
    const input = `${encode({ ...header, alg: 'ES256' })}.${encode(payload)}`;
    return `${input}.${sign('sha256', Buffer.from(input), { key: curve.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
  })(),
  'EdDSA without a signature': unsigned('EdDSA', 'AAAA'),
  'signed by a stranger': signed({}, {}, stranger.privateKey),
  'signed by a stranger, whose key is in jwk': signed({}, { jwk: jwk(stranger.publicKey) }, stranger.privateKey),
  'signed by a stranger, jwk and his kid': signed({}, { jwk: jwk(stranger.publicKey), kid: 'stranger' }, stranger.privateKey),
  'jku to another host': signed({}, { jku: 'https://attacker.example/jwks.json' }, stranger.privateKey),
  'jku in a well signed token': signed({}, { jku: 'https://attacker.example/jwks.json' }),
  'x5u': signed({}, { x5u: 'https://attacker.example/cert.pem' }, stranger.privateKey),
  'x5c': signed({}, { x5c: [der.toString('base64')] }, stranger.privateKey),
  'crit': signed({}, { crit: ['exp'] }),
  'b64 false': signed({}, { b64: false, crit: ['b64'] }),
  'zip': signed({}, { zip: 'DEF' }),
  'kid missing': signed({}, { kid: undefined }),
  'kid empty': signed({}, { kid: '' }),
  'kid unknown': signed({}, { kid: '0000000000000000' }),
  'kid a path': signed({}, { kid: '../../../../dev/null' }),
  'kid a path, HS256 with an empty secret': symmetric('', { kid: '../../../../dev/null' }),
  'kid with a quote': signed({}, { kid: "' or '1'='1" }),
  'kid a number': signed({}, { kid: 1 }),
  'kid very long': signed({}, { kid: 'a'.repeat(3000) }),
  'typ JWT': signed({}, { typ: 'JWT' }),
  'typ missing': signed({}, { typ: undefined }),
  'cty nested': signed({}, { cty: 'JWT' }),
  'issuer of another': signed({ iss: 'somebody-else' }),
  'issuer missing': signed({ iss: undefined }),
  'audience of another': signed({ aud: 'somebody-else' }),
  'audience missing': signed({ aud: undefined }),
  'audience an object': signed({ aud: { veza: true } }),
  'exp missing': signed({ exp: undefined }),
  'exp a text': signed({ exp: String(now + 900) }),
  'exp a fraction': signed({ exp: now + 900.5 }),
  'exp negative': signed({ exp: -1 }),
  'exp zero': signed({ exp: 0 }),
  'exp null': signed({ exp: null }),
  'expired an hour ago': signed({ iat: now - 7200, exp: now - 3600 }),
  'expired a minute ago': signed({ iat: now - 900, exp: now - 60 }),
  'nbf in the future': signed({ nbf: now + 600 }),
  'iat in the future': signed({ iat: now + 600 }),
  'iat missing': signed({ iat: undefined }),
  'sub missing': signed({ sub: undefined }),
  'sub of another, same session': signed({ sub: template.ids.bob }),
  'sub of an admin, same session': signed({ sub: template.ids.root }),
  'sub not a UUID': signed({ sub: 'alice' }),
  'sub a list': signed({ sub: [payload['sub']] }),
  'sub with a quote': signed({ sub: "00000000-0000-0000-0000-000000000000' or true --" }),
  'sub of nobody': signed({ sub: randomUUID() }),
  'session missing': signed({ sid: undefined }),
  'session of nobody': signed({ sid: randomUUID() }),
  'token version of another time': signed({ ver: Number(payload['ver']) + 1 }),
  'token version missing': signed({ ver: undefined }),
  'token version a text': signed({ ver: String(payload['ver']) }),
  'claims given twice': signedText(headerJson, payloadJson.replace('{', `{"sub":"${template.ids.root}",`)),
  'payload a list': signedText(headerJson, `[${payloadJson}]`),
  'payload a text': signedText(headerJson, '"hello"'),
  'payload empty': signedText(headerJson, ''),
  'payload not JSON': signedText(headerJson, '{"sub":'),
  'payload with NUL': signedText(headerJson, payloadJson.replace('alice', 'al\u0000ice').replace('"sub"', '"sub\\u0000"')),
  'header a list': signedText('[]', payloadJson),
  'header empty': signedText('', payloadJson),
  'header changed after signing': `${encode({ ...header, extra: 1 })}.${realPayload}.${realSignature}`,
  'payload changed after signing': `${realHeader}.${encode({ ...payload, sub: template.ids.root })}.${realSignature}`,
  'a bit of the signature flipped': `${realHeader}.${realPayload}.${flip(realSignature, 20)}`,
  'a letter of the payload flipped': `${realHeader}.${flip(realPayload, 30)}.${realSignature}`,
  'signature missing': `${realHeader}.${realPayload}.`,
  'signature part missing': `${realHeader}.${realPayload}`,
  'signature cut': `${realHeader}.${realPayload}.${realSignature.slice(0, -10)}`,
  'signature of zeros': `${realHeader}.${realPayload}.${'A'.repeat(342)}`,
  'signature of another token': `${realHeader}.${encode({ ...payload, jti: randomUUID() })}.${realSignature}`,
  'four parts': `${template.tokens.alice}.AAAA`,
  'five parts, as an encrypted token': `${realHeader}.AAAA.AAAA.AAAA.AAAA`,
  'only dots': '..',
  'one part': 'AAAA',
  'not base64url': `${realHeader}.${realPayload}.!!!!`,
  'with padding': `${realHeader}=.${realPayload}.${realSignature}`,
  'JSON serialisation': Buffer.from(JSON.stringify({ payload: realPayload, signatures: [] })).toString('base64url'),
  'huge': signed({ filler: 'a'.repeat(6000) }),
  'a random text': createHash('sha512').update('x').digest('base64url'),
};

test('a token that the server made is good, and one signed the same way too', async () => {
  assertStatus(await world.as('alice').get('/api/v1/auth/me'), 200);
  assertStatus(await world.visitor.get('/api/v1/auth/me', { as: { token: signed({ jti: randomUUID() }) } }), 200);
});

test('there are at least sixty ways to forge a token here', () => {
  assert.ok(Object.keys(forgeries).length >= 60, String(Object.keys(forgeries).length));
});

for (const [name, token] of Object.entries(forgeries)) {
  test(`token refused: ${name}`, async () => {
    const expired = name.startsWith('expired') || name === 'exp negative' || name === 'exp zero';
    const byHeader = await world.visitor.get('/api/v1/auth/me', { as: { token } });
    assertProblem(byHeader, 401);
    if (expired) assert.match(byHeader.problem!.code, /^(token_expired|unauthenticated)$/);
    else assert.equal(byHeader.problem!.code, 'unauthenticated');
    assert.match(byHeader.headers.get('www-authenticate') ?? '', /^Bearer/);
    assertProblem(await world.visitor.get('/api/v1/auth/me', { as: { cookies: { veza_access: token } } }), 401);
  });
}

test('a token has one spelling: no other text with the same bits is accepted', async () => {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const bytes = Buffer.from(realSignature, 'base64url');
  const spellings = [...digits].map((digit) => realSignature.slice(0, -1) + digit)
    .filter((text) => text !== realSignature && Buffer.from(text, 'base64url').equals(bytes));
  assert.equal(spellings.length, 15, 'four bits of the last digit mean nothing');
  for (const more of ['=', '==', 'A', 'AA', 'AAAA', '%3D']) spellings.push(realSignature + more);
  spellings.push(realSignature.slice(0, -1), bytes.toString('base64'), `A${realSignature}`);
  for (const signature of spellings) {
    const token = `${realHeader}.${realPayload}.${signature}`;
    assertProblem(await world.visitor.get('/api/v1/auth/me', { as: { token } }), 401, 'unauthenticated', signature.slice(-8));
    assertProblem(await world.visitor.get('/api/v1/auth/me', { as: { cookies: { veza_access: token } } }), 401, undefined, signature.slice(-8));
  }
  for (const text of [`${realHeader.slice(0, -1)}${String.fromCharCode(realHeader.charCodeAt(realHeader.length - 1) + 1)}`, `${realHeader}=`])
    assertProblem(await world.visitor.get('/api/v1/auth/me', { as: { token: `${text}.${realPayload}.${realSignature}` } }), 401, 'unauthenticated');
});

test('texts that no token can be are refused, and the server goes on', async () => {
  for (const text of ['a\x8fbc.de.fg', 'h=#ttp:/yJhiAiRVMyN\x8fJhiAiRV/..MyL', 'a.b.c', 'abcde.abcde.abcde', 'a=b.cd.ef', 'ab.c+.d/', `${realHeader}.${realPayload}.A`, `${realHeader}.A.${realSignature}`, `a.${realPayload}.${realSignature}`]) {
    assertProblem(await world.visitor.get('/api/v1/auth/me', { headers: { authorization: `Bearer ${text}` } }), 401, 'unauthenticated');
    assertProblem(await world.visitor.get('/api/v1/auth/me', { headers: { cookie: `veza_access=${text}` } }), 401, 'unauthenticated');
  }
  assert.ok(world.server.running);
});

test('an expired token says so, so that a client knows to refresh', async () => {
  const token = forgeries['expired a minute ago']!;
  assertProblem(await world.visitor.get('/api/v1/auth/me', { as: { token } }), 401, 'token_expired');
  assertProblem(await world.visitor.get('/api/v1/auth/me', { as: { cookies: { veza_access: token } } }), 401, 'token_expired');
  assertProblem(await world.visitor.get('/api/v1/tracks', { query: { mine: true }, as: { cookies: { veza_access: token } } }), 401, 'token_expired', 'rather than an empty list');
});

test('other schemes of Authorization are refused', async () => {
  for (const authorization of ['', 'Bearer', 'Bearer ', `Basic ${Buffer.from('alice:x').toString('base64')}`, template.tokens.alice, `Token ${template.tokens.alice}`, `Bearer ${template.tokens.alice} x`]) {
    assertProblem(await world.visitor.get('/api/v1/auth/me', { headers: { authorization } }), 401);
  }
});

test('the published keys verify the tokens, and hold nothing private', async () => {
  const keys = await world.visitor.get('/.well-known/jwks.json');
  assertStatus(keys, 200);
  const found = (keys.body.keys as Json[]).find((one) => one['kid'] === header['kid']);
  assert.ok(found, 'the key that signs is published');
  assert.equal(found['n'], jwk(publicKey)['n']);
  for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) assert.ok(!(secret in found), `${secret} stays secret`);
});
