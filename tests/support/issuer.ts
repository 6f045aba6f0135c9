/** An OpenID Connect issuer that tells whatever a test wants, the truth by default. It checks its clients as a strict one would. */
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';

export const CLIENT = { id: 'veza client', secret: 'a secret: with/odd+characters' };

type Json = Record<string, unknown>;

/** What the ID token says besides what it must; what is undefined is left out. */
export interface Lies {
  claims?: Json;
  header?: Json;
  /** Signs in place of the issuer's own key. */
  sign?: (input: string) => string;
  /** Makes the whole token. */
  token?: (claims: Json) => string | undefined;
  /** Changes the token endpoint's reply. */
  reply?: Json;
  userinfo?: Json;
}

interface Key {
  kid: string;
  private: KeyObject;
  jwk: Json;
}

interface Grant {
  params: URLSearchParams;
  lies: Lies;
}

const part = (json: Json) => Buffer.from(JSON.stringify(json)).toString('base64url');

export function makeKey(type: 'RSA' | 'EC' = 'RSA', bits = 2048): Key {
  const pair = type === 'RSA' ? generateKeyPairSync('rsa', { modulusLength: bits }) : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = randomBytes(6).toString('hex');
  return { kid, private: pair.privateKey, jwk: { ...pair.publicKey.export({ format: 'jwk' }), kid, use: 'sig' } };
}

export const signRs256 = (key: KeyObject) => (input: string) => sign('sha256', Buffer.from(input), key).toString('base64url');
export const signEs256 = (key: KeyObject) => (input: string) => sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
export const signHs256 = (secret: string) => (input: string) => createHmac('sha256', secret).update(input).digest('base64url');
export const compact = (header: Json, claims: Json, signature: (input: string) => string) => {
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${signature(input)}`;
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

export class Issuer {
  private server: Server | undefined;
  private readonly grants = new Map<string, Grant>();
  readonly tokens = new Map<string, Grant>();
  keys = [makeKey()];
  /** Merged into the metadata. */
  metadata: Json = {};
  /** How clients name themselves: in a header, in the form, or by their id alone. */
  clients: 'basic' | 'post' | 'public' = 'basic';
  /** What was asked, as "METHOD /path". */
  readonly asked: string[] = [];
  /** What the token endpoint said last, in the clear. */
  secrets: string[] = [];
  person: Json = { sub: 'person-1', email: 'person.one@example.net', email_verified: true, name: 'Person One', preferred_username: 'person.one' };
  private codes = 0;

  static async start(): Promise<Issuer> {
    const issuer = new Issuer();
    issuer.server = createServer((request, response) => void issuer.serve(request, response));
    await new Promise<void>((resolve) => issuer.server!.listen(0, '127.0.0.1', resolve));
    after(() => issuer.stop());
    return issuer;
  }

  stop(): void {
    this.server?.closeAllConnections();
    this.server?.close();
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server!.address() as AddressInfo).port}`;
  }

  /** The person agrees to what the address asks for: the parameters of the way back. */
  agree(location: string, lies: Lies = {}): URLSearchParams {
    const params = new URL(location).searchParams, code = `code-${++this.codes}-${randomBytes(8).toString('hex')}`;
    this.grants.set(code, { params, lies });
    return new URLSearchParams({ code, state: params.get('state')!, iss: this.url });
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url!.split('?')[0]!;
    this.asked.push(`${request.method} ${path}`);
    const [status, json] = await this.answer(path, request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
  }

  private async answer(path: string, request: IncomingMessage): Promise<[number, Json]> {
    switch (path) {
      case '/.well-known/openid-configuration':
        return [200, { issuer: this.url, authorization_endpoint: `${this.url}/authorize`, token_endpoint: `${this.url}/token`, jwks_uri: `${this.url}/keys`,
          userinfo_endpoint: `${this.url}/userinfo`, authorization_response_iss_parameter_supported: true, ...this.metadata }];
      case '/keys':
        return [200, { keys: this.keys.map(({ jwk }) => jwk) }];
      case '/token':
        return this.exchange(new URLSearchParams(await bodyOf(request)), request.headers.authorization ?? '');
      case '/userinfo': {
        const grant = this.tokens.get((request.headers.authorization ?? '').replace(/^Bearer /, ''));
        return grant ? [200, { ...this.person, ...grant.lies.userinfo }] : [401, { error: 'invalid_token' }];
      }
      default:
        return [404, {}];
    }
  }

  private exchange(form: URLSearchParams, authorization: string): [number, Json] {
    const basic = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString().split(':').map(decodeURIComponent);
    const code = form.get('code') ?? '', grant = this.grants.get(code);
    this.grants.delete(code);
    const named = this.clients === 'basic' ? basic[0] === CLIENT.id && basic[1] === CLIENT.secret && !form.has('client_secret')
      : form.get('client_id') === CLIENT.id && form.get('client_secret') === (this.clients === 'post' ? CLIENT.secret : null) && !authorization;
    if (!named) return [401, { error: 'invalid_client' }];
    if (!grant || form.get('grant_type') !== 'authorization_code' || form.get('redirect_uri') !== grant.params.get('redirect_uri')) return [400, { error: 'invalid_grant' }];
    const challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
    if (grant.params.get('code_challenge_method') !== 'S256' || grant.params.get('code_challenge') !== challenge) return [400, { error: 'invalid_grant' }];
    const access_token = randomBytes(24).toString('base64url'), refresh_token = randomBytes(24).toString('base64url');
    this.tokens.set(access_token, grant);
    this.secrets = [access_token, refresh_token, code, form.get('code_verifier')!];
    return [200, { access_token, refresh_token, token_type: 'Bearer', expires_in: 3600, id_token: this.idToken(grant), ...grant.lies.reply }];
  }

  private idToken({ params, lies }: Grant): string | undefined {
    const now = Math.floor(Date.now() / 1000), key = this.keys[0]!;
    const claims = { iss: this.url, aud: params.get('client_id'), nonce: params.get('nonce'), iat: now, exp: now + 300, ...this.person, ...lies.claims };
    if (lies.token) return lies.token(claims);
    return compact({ alg: 'RS256', kid: key.kid, typ: 'JWT', ...lies.header }, claims, lies.sign ?? signRs256(key.private));
  }
}
