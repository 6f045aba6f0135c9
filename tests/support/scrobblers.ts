/** Services that are told what somebody listened to, as their documentation says them: ListenBrainz (listenbrainz.readthedocs.io) and Last.fm (last.fm/api).
 * Whatever is not as documented is refused, and kept in `faults`. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';

export interface Heard {
  artist: string;
  track: string;
  album: string | null;
  at: number | null;
}

interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

async function listen(handle: (request: IncomingMessage, body: string) => Answer): Promise<string> {
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { status, body, headers } = handle(request, Buffer.concat(parts).toString());
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body ?? {}));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What all stand-ins keep. `next`: answers that come before the right one. */
class Kept {
  readonly heard: Heard[] = [];
  readonly playing: Heard[] = [];
  readonly faults: string[] = [];
  readonly requests: { method: string; path: string; count: number }[] = [];
  readonly next: Answer[] = [];
}

export class ListenBrainz extends Kept {
  url = '';
  readonly tokens = new Map([['token-of-alice', 'alice-there']]);

  static async start(): Promise<ListenBrainz> {
    const service = new ListenBrainz();
    service.url = await listen((request, body) => service.answer(request, body));
    return service;
  }

  private refuse(error: string, code = 400): Answer {
    this.faults.push(error);
    return { status: code, body: { code, error } };
  }

  private answer(request: IncomingMessage, body: string): Answer {
    const authorization = /^Token (\S+)$/.exec(request.headers.authorization ?? '');
    const name = authorization && this.tokens.get(authorization[1]!);
    if (request.url === '/1/validate-token' && request.method === 'GET')
      return name ? { status: 200, body: { code: 200, message: 'Token valid.', valid: true, user_name: name } } : { status: 200, body: { code: 200, message: 'Token invalid.', valid: false } };
    if (request.url !== '/1/submit-listens' || request.method !== 'POST') return this.refuse('There is nothing here', 404);
    const asked = this.next.shift();
    this.requests.push({ method: 'submit-listens', path: request.url, count: (/"track_metadata"/g.exec(body) ? body.match(/"track_metadata"/g)!.length : 0) });
    if (asked) return asked;
    if (!name) return { status: 401, body: { code: 401, error: 'Invalid authorization token.' } };
    if (!/^application\/json/.test(request.headers['content-type'] ?? '')) return this.refuse('The type is not JSON');
    let given: { listen_type?: unknown; payload?: { listened_at?: unknown; track_metadata?: Record<string, unknown> }[] };
    try {
      given = JSON.parse(body) as typeof given;
    } catch {
      return this.refuse('No JSON');
    }
    const { listen_type: type, payload } = given;
    if (type !== 'single' && type !== 'import' && type !== 'playing_now') return this.refuse('JSON document requires a valid listen_type key.');
    if (!Array.isArray(payload) || !payload.length) return this.refuse('JSON document does not contain any listens');
    if (type !== 'import' && payload.length > 1) return this.refuse('JSON document contains more than listen for a single or playing_now.');
    if (payload.length > 1000 || body.length > 10_240_000) return this.refuse('JSON document is too large.');
    const heard: Heard[] = [];
    for (const one of payload) {
      if (Object.keys(one).some((key) => key !== 'listened_at' && key !== 'track_metadata')) return this.refuse('JSON document may only contain listened_at and track_metadata top level keys');
      if (type === 'playing_now' ? 'listened_at' in one : !Number.isInteger(one.listened_at) || Number(one.listened_at) < 1033430400) return this.refuse('Value for key listened_at is invalid.');
      const { artist_name: artist, track_name: track, release_name: album = null, additional_info: info } = one.track_metadata ?? {};
      if (typeof artist !== 'string' || !artist.trim() || typeof track !== 'string' || !track.trim()) return this.refuse('JSON document does not contain required track_metadata.artist_name or track_name.');
      if (album !== null && (typeof album !== 'string' || !album)) return this.refuse('release_name is no text');
      if (info !== undefined && (typeof info !== 'object' || !Number.isInteger((info as { duration_ms?: unknown }).duration_ms))) return this.refuse('Value for duration_ms is invalid');
      if (track.includes('not acceptable')) return { status: 400, body: { code: 400, error: 'This listen is not acceptable' } };
      heard.push({ artist, track, album: album as string | null, at: (one.listened_at as number | undefined) ?? null });
    }
    (type === 'playing_now' ? this.playing : this.heard).push(...heard);
    return { status: 200, body: { status: 'ok' } };
  }
}

export class LastFm extends Kept {
  url = '';
  readonly key = 'key-of-the-app';
  readonly secret = 'secret-of-the-app';
  readonly tokens = new Map<string, boolean>(); /* whether the person agreed */
  readonly sessions = new Set<string>();

  static async start(): Promise<LastFm> {
    const service = new LastFm();
    service.url = `${await listen((request, body) => service.answer(request, body))}/2.0/`;
    return service;
  }

  /** The person agrees in the browser. */
  agree(page: string): void {
    const { searchParams, pathname } = new URL(page);
    if (pathname !== '/api/auth/' || searchParams.get('api_key') !== this.key) this.faults.push(`the page is ${page}`);
    this.tokens.set(searchParams.get('token')!, true);
  }

  private error(error: number, message: string, status = 403): Answer {
    return { status, body: { error, message } };
  }

  private answer(request: IncomingMessage, body: string): Answer {
    const fault = (message: string) => {
      this.faults.push(message);
      return this.error(6, message, 400);
    };
    if (request.url !== '/2.0/' || request.method !== 'POST') return fault('Calls are made by POST, to /2.0/');
    if (!/^application\/x-www-form-urlencoded/.test(request.headers['content-type'] ?? '')) return fault('A form is wanted');
    const given = new URLSearchParams(body), names = [...given.keys()];
    if (new Set(names).size !== names.length) return fault('A parameter is there twice');
    if (given.get('format') !== 'json') return fault('format=json is wanted');
    const signed = names.filter((name) => !['format', 'callback', 'api_sig'].includes(name)).sort((a, b) => (a < b ? -1 : 1)).map((name) => name + given.get(name)).join('');
    if (given.get('api_key') !== this.key) return this.error(10, 'Invalid API key - You must be granted a valid key by last.fm');
    if (given.get('api_sig') !== createHash('md5').update(signed + this.secret).digest('hex')) return this.error(13, 'Invalid method signature supplied');
    const method = given.get('method')!;
    if (method === 'auth.getToken') {
      const token = createHash('md5').update(String(this.tokens.size)).digest('hex');
      this.tokens.set(token, false);
      return { status: 200, body: { token } };
    }
    if (method === 'auth.getSession') {
      const token = given.get('token')!;
      if (!this.tokens.has(token)) return this.error(4, 'Invalid authentication token supplied');
      if (!this.tokens.get(token)) return this.error(14, 'This token has not been authorized');
      this.tokens.delete(token);
      const key = `session-${token}`;
      this.sessions.add(key);
      return { status: 200, body: { session: { name: 'alice-fm', key, subscriber: 0 } } };
    }
    const asked = this.next.shift();
    const numbers = [...new Set(names.map((name) => /^artist(?:\[(\d+)\])?$/.exec(name)).filter(Boolean).map((match) => match![1] ?? ''))];
    this.requests.push({ method, path: request.url, count: numbers.length });
    if (asked) return asked;
    if (!this.sessions.has(given.get('sk') ?? '')) return this.error(9, 'Invalid session key - Please re-authenticate');
    if (method !== 'track.scrobble' && method !== 'track.updateNowPlaying') return this.error(3, 'Invalid Method', 400);
    if (numbers.length > 50) return fault('At most 50 scrobbles in a batch');
    for (const number of numbers) {
      const of = (name: string) => given.get(number === '' ? name : `${name}[${number}]`);
      if (!of('artist') || !of('track')) return fault('artist and track are required');
      if (method === 'track.scrobble' && !/^\d{9,}$/.test(of('timestamp') ?? '')) return fault('timestamp is required');
      if (of('duration') && !/^\d+$/.test(of('duration')!)) return fault('duration is a number of seconds');
      (method === 'track.scrobble' ? this.heard : this.playing).push({ artist: of('artist')!, track: of('track')!, album: of('album'), at: of('timestamp') ? Number(of('timestamp')) : null });
    }
    return { status: 200, body: method === 'track.scrobble' ? { scrobbles: { '@attr': { accepted: numbers.length, ignored: 0 } } } : { nowplaying: {} } };
  }
}
