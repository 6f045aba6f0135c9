/** A browser that goes to a provider and comes back. */
import { strict as assert } from 'node:assert';
import { assertStatus, cookiesOf, type Client, type Reply } from './client.ts';

export const HOME = 'http://veza.test';

export class Browser {
  cookies: Record<string, string> = {};

  constructor(private readonly api: Client) {}

  /** Opens an address of ours as a page. */
  async open(target: string, headers: Record<string, string> = {}): Promise<Reply> {
    const reply = await this.api.send('GET', target, { as: { cookies: this.cookies }, headers });
    for (const line of reply.headers.getSetCookie()) if (/max-age=0/i.test(line)) delete this.cookies[line.split('=')[0]!];
    Object.assign(this.cookies, cookiesOf(reply));
    return reply;
  }

  /** Begins a sign-in: the provider's address. */
  async begin(provider: string, query = ''): Promise<string> {
    const reply = await this.open(`/api/v1/auth/oauth/${provider}${query}`, query.includes('link=true') ? { 'sec-fetch-site': 'same-origin' } : {});
    assertStatus(reply, 302);
    return reply.headers.get('location')!;
  }

  /** Comes back with these parameters: where one is sent. */
  async comeBack(provider: string, params: URLSearchParams | string): Promise<string> {
    const reply = await this.open(`/api/v1/auth/oauth/${provider}/callback?${params.toString()}`);
    assertStatus(reply, 302);
    assert.equal(reply.headers.get('cache-control'), 'private, no-store');
    return reply.headers.get('location')!;
  }

  get signedIn(): boolean {
    return 'veza_access' in this.cookies;
  }

  /** Who it is, by the cookies. */
  async me(): Promise<{ id: string; username: string; email: string; is_verified: boolean }> {
    const reply = await this.api.get('/api/v1/auth/me', { as: { cookies: this.cookies } });
    assertStatus(reply, 200);
    return reply.body;
  }
}
