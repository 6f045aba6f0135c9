/** What browser tests start from: a real server with the web app, people, and tracks that can be played. */
import { once } from 'node:events';
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { browser as signIn, emailOf, template, World, type Person } from '../../support/world.ts';
import { isFull } from '../../support/level.ts';
import { wav, type Sound } from '../../support/media.ts';
import { WORK } from '../../support/paths.ts';
import type { Settings } from '../../support/server.ts';
import { playable, type Track, type UploadFields } from '../../support/tracks.ts';
import { until } from '../../support/wait.ts';
import { WEB } from './places.ts';
import { ACCESS_TOKEN_S, isKept, visit, type Eye, type Visit } from './browser.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A sine in each ear: `left` and `right` in hertz, from sample `from` of the tone on. On the short level with half the samples, unless the test looks at them. */
export function tones(seconds: number, left: number, right = left, { amplitude = 0.3, sampleRate = isFull ? 44100 : 22050, from = 0 } = {}): Sound {
  const frames = Math.round(seconds * sampleRate);
  const samples = new Int16Array(frames * 2);
  for (let i = 0; i < frames; i++) {
    const turn = (2 * Math.PI * (from + i)) / sampleRate;
    samples[2 * i] = Math.round(32767 * amplitude * Math.sin(left * turn));
    samples[2 * i + 1] = Math.round(32767 * amplitude * Math.sin(right * turn));
  }
  return { sampleRate, channels: 2, samples };
}

export class Stage {
  private constructor(readonly world: World) {}

  static async start(name: string, settings: Settings = {}): Promise<Stage> {
    return new Stage(await World.start(`e2e-${name}`, { VEZA_WEB_DIR: WEB, ACCESS_TOKEN_S: String(ACCESS_TOKEN_S), ...settings }));
  }

  /** On a port that the server knows to be its own: passkeys and sign-in providers hold it to its address. */
  static async startKnown(name: string, settings: Settings | ((base: string) => Promise<Settings>) = {}): Promise<Stage> {
    const port = await freePort();
    const base = `http://localhost:${port}`;
    const more = typeof settings === 'function' ? await settings(base) : settings;
    return Stage.start(name, { PORT_BACKEND: String(port), FRONTEND_URL: base, ...more });
  }

  get base(): string {
    return this.world.server.api.replace('127.0.0.1', 'localhost');
  }

  /** Uploads through the API and waits until it can be played. */
  track(person: Person, title: string, sound: Sound, more: UploadFields = {}): Promise<Track> {
    return playable(this.world.as(person), { file: wav(sound), filename: `${title}.wav`, title, is_public: 'true', ...more });
  }

  /** Of a session of its own: a browser renews it, and a refresh token works once. */
  async cookies(person: Person): Promise<Record<string, string>> {
    return (await signIn(this.world.visitor, emailOf(person))).cookies;
  }

  /** Opens a page as this person, or as a guest. */
  async visit<T>(person: Person | null, look: (eye: Eye) => Promise<T>, more: Partial<Visit> = {}): Promise<T> {
    return visit({ base: this.base, cookies: person && !isKept(more.kept) ? await this.cookies(person) : undefined, ...more }, look);
  }

  /** The path and query of the link in the newest mail to this address. */
  mailedLink(email: string, pattern: RegExp): Promise<string> {
    const folder = path.join(this.world.server.dataDir, 'mail');
    return until(`a mail to ${email}`, () => {
      if (!existsSync(folder)) return null;
      const mails = readdirSync(folder).map((file) => readFileSync(path.join(folder, file), 'utf8')).map(decoded).filter((mail) => mail.includes(email));
      return mails.map((mail) => mail.match(pattern)?.[0]).find(Boolean);
    });
  }
}

/** Quoted-printable and base64 bodies made plain, well enough to find a link. */
function decoded(mail: string): string {
  const plain = mail.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  const blocks = [...mail.matchAll(/base64\r?\n\r?\n([A-Za-z0-9+/=\r\n]+)/g)].map((found) => Buffer.from(found[1]!, 'base64').toString());
  return `${plain}\n${blocks.join('\n')}`;
}

/** A measurement that the run prints at its end. */
export function figure(text: string): void {
  appendFileSync(path.join(WORK, 'figures.txt'), `     ${text}\n`);
}

export { template };
