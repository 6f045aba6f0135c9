/** What every test file starts from: a database cloned from the template, with people in it who are signed in already. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after } from 'node:test';
import { Client, cookiesOf, type Credentials } from './client.ts';
import { Cluster } from './cluster.ts';
import { isReplicaAsked, noteReplicaReads } from './late-replica.ts';
import { WORK } from './paths.ts';
import { Server, type Settings } from './server.ts';
import { codeOf } from './totp.ts';
import { until } from './wait.ts';

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
  /** Folder of a standby. */
  replica?: string;
  /** Of root's authenticator app: administrators have a second factor, proven in the session of their token. */
  rootSecret: string;
}

export const template = JSON.parse(readFileSync(path.join(WORK, 'template.json'), 'utf8')) as Template;
export const cluster = Cluster.at(template.cluster);

let worlds = 0;

export class World {
  private constructor(readonly server: Server, readonly database: string, private cluster: Cluster) {}

  /** A new database and a server on it; both go away after the file's tests. */
  static async start(name: string, settings: Settings = {}, of = cluster): Promise<World> {
    const database = `w${process.pid}_${worlds++}`;
    await of.clone(template.database, database);
    const replica: Settings = template.replica ? { DATABASE_REPLICA_URLS: Cluster.at(template.replica).url(database) } : {};
    const server = new Server(name, { ...template.settings, DATABASE_URL: of.url(database), ...replica, ...settings });
    const world = new World(server, database, of);
    await world.sql('update sessions set created_at = now(), mfa_at = case when mfa_at is not null then now() end'); /* the template may be older than a recent sign-in or proof is */
    after(async () => {
      try {
        if (isReplicaAsked && server.running) await noteReplicaReads(server.api);
        await server.remove();
      } finally {
        await of.drop(database);
      }
    });
    if (isReplicaAsked && template.replica) await until('the replica to have the database', () => Cluster.at(template.replica!).sql(database, 'select 1'));
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

  /** Runs `statement`, which takes a lock, in a transaction that stays open until `letGo`. Resolves when the lock is held. */
  async hold(statement: string): Promise<{ letGo: () => Promise<void> }> {
    const name = `hold ${randomUUID()}`;
    const held = this.sql(`set application_name = '${name}'; begin; ${statement}; select pg_sleep(120)`).then(() => 'ended', (error: Error) => error.message);
    const state = () => this.sql(`select wait_event from pg_stat_activity where application_name = '${name}'`);
    await until(`"${statement}" to hold`, async () => (await state()) === 'PgSleep');
    return {
      letGo: async () => {
        await this.sql(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = '${name}'`);
        await held;
      },
    };
  }

  /** As psql runs it. Who somebody is may change by it: then the server has heard of that when this returns, which otherwise takes it a moment. */
  async sql(text: string): Promise<string> {
    const heard = async () => Number((await (await fetch(`http://127.0.0.1:${this.server.ownPorts.api}/metrics`, { signal: AbortSignal.timeout(5000) })).text())
      .match(/^veza_identity_changes_heard_total (\d+)$/m)![1]);
    const before = /\b(users|sessions|user_roles|roles)\b/.test(text) && /\b(insert|update|delete)\b/.test(text) ? await heard().catch(() => null) : null;
    let notices = '';
    const result = await this.cluster.sql(this.database, text, (written) => (notices = written));
    if (before !== null && /NOTICE: +(?! |event )/.test(notices)) await until('the server to hear of the change', async () => (await heard()) > before);
    return result;
  }
}

/** The reply of a complete sign-in; whoever has a second factor (root) gives a code of their app as well. */
export async function login(world: World, person: Person, headers: Record<string, string> = {}) {
  const visitor = world.visitor;
  const first = await visitor.post('/api/v1/auth/login', { body: { email: emailOf(person), password: PASSWORD }, headers });
  if (!('mfa_token' in first.body)) return { ...first, body: first.body };
  await world.sql(`update mfa_configs set last_step = 0 where user_id = '${template.ids[person]}'`); /* the code of now may have been used */
  return visitor.post('/api/v1/auth/login/2fa', { body: { mfa_token: first.body.mfa_token, code: codeOf(template.rootSecret) }, headers });
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
