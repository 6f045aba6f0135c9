/** What every test file starts from: a database cloned from the template, with people in it who are signed in already. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';
import { Client, cookiesOf, type Credentials } from './client.ts';
import { Cluster } from './cluster.ts';
import { WORK } from './paths.ts';
import { Server, type Settings } from './server.ts';

export const PASSWORD = 'correct horse battery';

export const PEOPLE = {
  alice: 'user', bob: 'user', carol: 'creator', dave: 'creator', mia: 'moderator', root: 'admin',
} as const;
export type Person = keyof typeof PEOPLE;

/** Written once by the run (support/prepare.ts). */
export interface Template {
  cluster: string;
  database: string;
  settings: Settings;
  tokens: Record<Person, string>;
  ids: Record<Person, string>;
}

export const template = JSON.parse(readFileSync(path.join(WORK, 'template.json'), 'utf8')) as Template;
export const cluster = Cluster.at(template.cluster);

let worlds = 0;

export class World {
  private constructor(readonly server: Server, readonly database: string) {}

  /** A new database and a server on it; both go away after the file's tests. */
  static async start(name: string, settings: Settings = {}): Promise<World> {
    const database = `w${process.pid}_${worlds++}`;
    await cluster.clone(template.database, database);
    const server = new Server(name, { ...template.settings, DATABASE_URL: cluster.url(database), ...settings });
    const world = new World(server, database);
    after(async () => {
      try {
        await server.remove();
      } finally {
        await cluster.drop(database);
      }
    });
    await server.start();
    return world;
  }

  /** Nobody. */
  get visitor(): Client {
    return new Client(this.server.api, {}, this.server.stream);
  }

  /** Everything to the stream server, also what both have. */
  get streamVisitor(): Client {
    return new Client(this.server.stream);
  }

  /** One of the template's people, with a bearer token. */
  as(person: Person): Client {
    return this.visitor.as({ token: template.tokens[person] });
  }

  sql(text: string): Promise<string> {
    return cluster.sql(this.database, text);
  }
}

/** Signs in with cookies and fetches the CSRF token, as a browser does. */
export async function browser(visitor: Client, email: string, password = PASSWORD): Promise<Required<Omit<Credentials, 'token'>>> {
  const reply = await visitor.post('/api/v1/auth/login', { body: { email, password } });
  if (reply.status !== 200) throw new Error(`login of ${email}: ${reply.status} ${reply.bytes.toString()}`);
  const cookies = cookiesOf(reply);
  return withCsrf(visitor, cookies);
}

/** These cookies and the CSRF token that belongs to them. */
export async function withCsrf(visitor: Client, cookies: Record<string, string>): Promise<Required<Omit<Credentials, 'token'>>> {
  const token = await visitor.get('/api/v1/csrf-token', { as: { cookies } });
  return { cookies, csrf: token.body.csrf_token };
}

export const emailOf = (person: Person) => `${person}@example.org`;
