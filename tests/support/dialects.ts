/** GitHub, Facebook and X, as far as a sign-in sees them: the shapes that their documentation describes. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { CLIENT } from './issuer.ts';

type Json = Record<string, unknown>;

export interface GitHubPerson {
  id: number;
  login: string;
  name: string | null;
  emails: { email: string; primary: boolean; verified: boolean; visibility: string | null }[];
}

export class Dialects {
  private server: Server | undefined;
  private readonly challenges = new Map<string, string>();
  private readonly tokens = new Set<string>();
  github: GitHubPerson = { id: 583231, login: 'octo-cat', name: 'Mona Lisa Octocat', emails: [
    { email: 'old@example.net', primary: false, verified: true, visibility: null },
    { email: 'mona@example.net', primary: true, verified: true, visibility: 'private' }] };
  facebook: Json = { id: '10158', name: 'Fabien Livre', email: 'fabien@example.net' };
  twitter: Json = { id: '2244994945', name: 'Xavi ✨', username: 'xavi_x', confirmed_email: 'xavi@example.net' };
  readonly agents: string[] = [];

  static async start(): Promise<Dialects> {
    const dialects = new Dialects();
    dialects.server = createServer((request, response) => {
      void dialects.answer(request).then(([status, json]) => response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(json)));
    });
    await new Promise<void>((resolve) => dialects.server!.listen(0, '127.0.0.1', resolve));
    after(() => {
      dialects.server!.closeAllConnections();
      dialects.server!.close();
    });
    return dialects;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server!.address() as AddressInfo).port}`;
  }

  /** Settings of a server that takes these for the real ones. */
  get settings(): Record<string, string> {
    const of = (name: string, urls: Record<string, string>) => Object.fromEntries(Object.entries({ CLIENT_ID: CLIENT.id, CLIENT_SECRET: CLIENT.secret,
      ...Object.fromEntries(Object.entries(urls).map(([key, path]) => [key, this.url + path])) }).map(([key, value]) => [`OAUTH_${name}_${key}`, value]));
    return {
      ...of('GITHUB', { AUTHORIZE_URL: '/login/oauth/authorize', TOKEN_URL: '/login/oauth/access_token', USERINFO_URL: '/user', EMAILS_URL: '/user/emails' }),
      ...of('FACEBOOK', { AUTHORIZE_URL: '/dialog/oauth', TOKEN_URL: '/oauth/access_token', USERINFO_URL: '/me?fields=id,name,email' }),
      ...of('TWITTER', { AUTHORIZE_URL: '/i/oauth2/authorize', TOKEN_URL: '/2/oauth2/token', USERINFO_URL: '/2/users/me?user.fields=confirmed_email' }),
    };
  }

  agree(location: string): URLSearchParams {
    const params = new URL(location).searchParams, code = randomBytes(10).toString('hex');
    this.challenges.set(code, params.get('code_challenge')!);
    return new URLSearchParams({ code, state: params.get('state')! });
  }

  private async answer(request: IncomingMessage): Promise<[number, Json | Json[]]> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const path = request.url!;
    this.agents.push(request.headers['user-agent'] ?? '');
    if (request.method === 'POST') return this.exchange(path, new URLSearchParams(text), request.headers);
    if (!this.tokens.has((request.headers.authorization ?? '').replace(/^Bearer /, ''))) return [401, { message: 'Bad credentials' }];
    switch (path) {
      case '/user': return [200, { id: this.github.id, login: this.github.login, name: this.github.name, email: null, two_factor_authentication: true }];
      case '/user/emails': return [200, this.github.emails as unknown as Json[]];
      case '/me?fields=id,name,email': return [200, this.facebook];
      case '/2/users/me?user.fields=confirmed_email': return [200, { data: this.twitter }];
      default: return [404, {}];
    }
  }

  private exchange(path: string, form: URLSearchParams, headers: IncomingMessage['headers']): [number, Json] {
    const code = form.get('code')!, challenge = createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url');
    const known = this.challenges.get(code) === challenge;
    this.challenges.delete(code);
    const token = randomBytes(20).toString('hex'), basic = `Basic ${Buffer.from([CLIENT.id, CLIENT.secret].map(encodeURIComponent).join(':')).toString('base64')}`;
    const named = path === '/2/oauth2/token' ? headers.authorization === basic : form.get('client_id') === CLIENT.id && form.get('client_secret') === CLIENT.secret;
    /* GitHub refuses with status 200; without Accept it would not even answer in JSON. */
    if (path === '/login/oauth/access_token' && (!known || !named || headers.accept !== 'application/json')) return [200, { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' }];
    if (!known || !named) return [400, { error: 'invalid_request' }];
    this.tokens.add(token);
    switch (path) {
      case '/login/oauth/access_token': return [200, { access_token: token, scope: 'read:user,user:email', token_type: 'bearer' }];
      case '/oauth/access_token': return [200, { access_token: token, token_type: 'bearer', expires_in: 5183944 }];
      default: return [200, { token_type: 'bearer', expires_in: 7200, access_token: token, scope: 'users.read tweet.read users.email' }];
    }
  }
}
