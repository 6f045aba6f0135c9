/** A real OpenID provider (npm oidc-provider) with its login and consent pages, and a person who clicks through them. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import { CLIENT } from './issuer.ts';

interface Provider {
  callback(): (request: unknown, response: unknown) => void;
}
type Make = new (issuer: string, options: Record<string, unknown>) => Provider;

/** Returns its address. `redirectUri` is what the client registered. */
export async function startProvider(redirectUri: string): Promise<string> {
  const { default: Make } = (await import('oidc-provider' as string)) as { default: Make };
  let provider: Provider | undefined;
  const server: Server = createServer((request, response) => provider!.callback()(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  provider = new Make(url, {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [redirectUri], grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'], token_endpoint_auth_method: 'client_secret_basic' }],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
    cookies: { keys: ['a key of the tests'] },
    features: { devInteractions: { enabled: true } },
    findAccount: (_: unknown, id: string) => ({ accountId: id,
      claims: () => ({ sub: id, email: `${id}@example.net`, email_verified: true, name: `${id} of the house`, preferred_username: id }) }),
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return url;
}

/** Follows the provider's pages as this person, until it sends them somewhere else: that address. */
export async function clickThrough(start: string, person: string): Promise<string> {
  const origin = new URL(start).origin, jar = new Map<string, string>();
  let target = start, form: string | undefined;
  for (let step = 0; step < 12; step++) {
    if (new URL(target).origin !== origin) return target;
    const response = await fetch(target, { method: form ? 'POST' : 'GET', redirect: 'manual', body: form ?? null,
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '), ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}) } });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = line.match(/^([^=]+)=([^;]*)/)!;
      if (value) jar.set(name!, value);
      else jar.delete(name!);
    }
    const page = await response.text(), location = response.headers.get('location');
    if (location) {
      target = new URL(location, target).href;
      form = undefined;
      continue;
    }
    const action = page.match(/<form[^>]* action="([^"]+)"/)?.[1];
    if (!action) throw new Error(`no form at ${target}: ${response.status} ${page.slice(0, 500)}`);
    target = new URL(action, target).href;
    form = page.includes('name="login"') ? `prompt=login&login=${person}&password=x` : 'prompt=consent';
  }
  throw new Error(`the provider asks on and on, last at ${target}`);
}
