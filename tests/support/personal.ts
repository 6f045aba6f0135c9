/** What is kept about people: the tables as the modules declare them, rows for every table made from the catalogue, and searches for what is left. */
import { execFile, execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { BINARY } from './paths.ts';
import type { World } from './world.ts';

const run = promisify(execFile);

export interface Declaration {
  table: string;
  /** Subjects of the archive that tell of it. */
  subjects: string[];
  end: 'deleted' | 'kept without the person' | 'kept by the tombstone' | 'kept' | 'about nobody';
}

/** What `veza privacy` prints: a row for each table. */
export const declarationsText = execFileSync(BINARY, ['privacy'], { encoding: 'utf8' });
export const declarations: Declaration[] = declarationsText.trim().split('\n').slice(2).map((line) => {
  const [, table, archive, erasure] = line.split('|').map((cell) => cell.trim());
  return { table: table!.replaceAll('`', ''), subjects: archive!.startsWith('no') ? [] : archive!.split(/, (?!`)/)[0]!.split(', ').map((name) => name.replaceAll('`', '')),
    end: /^[^:,]*/.exec(erasure!)![0] as Declaration['end'] };
});

/** The files of an archive, taken out by unzip, which also checks each one. */
export async function unpack(archive: Buffer): Promise<Map<string, Buffer>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'veza-archive-'));
  try {
    writeFileSync(`${folder}/archive.zip`, archive);
    execFileSync('unzip', ['-tq', `${folder}/archive.zip`]);
    await run('unzip', ['-q', `${folder}/archive.zip`, '-d', `${folder}/out`]);
    const names = readdirSync(`${folder}/out`, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
      .map((entry) => path.relative(`${folder}/out`, path.join(entry.parentPath, entry.name)));
    return new Map(names.map((name) => [name, readFileSync(path.join(folder, 'out', name))]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Every "table.column" that holds one of the texts, in whatever type; bytes also in hexadecimal digits. */
export async function columnsWith(world: World, ...texts: string[]): Promise<string[]> {
  const columns = (await world.sql(`select c.table_name || ' ' || c.column_name || ' ' || c.data_type from information_schema.columns c
    join information_schema.tables t using (table_schema, table_name) where c.table_schema = 'public' and t.table_type = 'BASE TABLE' order by 1`)).split('\n').map((line) => line.split(' '));
  const shown = (column: string, type: string) => (type === 'bytea' ? `encode("${column}", 'escape') || encode("${column}", 'hex')` : `"${column}"::text`);
  const patterns = `array[${texts.map((text) => `'%${text}%'`).join(', ')}]`, found: string[] = [];
  for (let from = 0; from < columns.length; from += 300) /* one argument of a program holds 128 kB */
    found.push(await world.sql(columns.slice(from, from + 300).map(([table, column, type]) =>
      `select '${table}.${column}' where exists (select from "${table}" where ${shown(column!, type!)} ilike any (p))`).join(' union all ').replace(/^/, `with given (p) as (values (${patterns})) select f.* from given, lateral (`) + ') f'));
  return found.filter(Boolean).flatMap((lines) => lines.split('\n')).sort();
}

export const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** Every file in storage: its name, and the hash of what is in it. */
export async function storedFiles(world: World): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const key of await world.server.storedKeys()) files.set(key, sha256(await world.server.stored(key)));
  return files;
}

interface Column {
  name: string;
  type: string;
  length: number | null;
  needed: boolean;
  has_default: boolean;
  generated: boolean;
  label: string | null;
  refers: string | null;
  refers_column: string | null;
  on_delete: string | null;
}

interface Table {
  name: string;
  columns: Column[];
  checks: string[];
}

/* Without partitions and what is made of them: search_entries, whose rows its triggers make of the rows of others. */
const CATALOGUE = `select json_agg(json_build_object('name', c.relname, 'columns', (
    select json_agg(json_build_object('name', a.attname, 'type', t.typname, 'length', case when a.atttypmod > 4 and t.typname in ('varchar', 'bpchar') then a.atttypmod - 4 end,
        'needed', a.attnotnull, 'has_default', a.atthasdef or a.attidentity <> '', 'generated', a.attgenerated <> '' or a.attidentity <> '',
        'label', (select min(e.enumlabel) from pg_enum e where e.enumtypid = a.atttypid),
        'refers', k.confrelid::regclass::text, 'refers_column', (select r.attname from pg_attribute r where r.attrelid = k.confrelid and r.attnum = k.confkey[1]),
        'on_delete', k.confdeltype::text) order by a.attnum)
      from pg_attribute a join pg_type t on t.oid = a.atttypid
      left join pg_constraint k on k.conrelid = c.oid and k.contype = 'f' and k.conkey = array[a.attnum]
     where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), 'checks', coalesce((
    select json_agg(pg_get_constraintdef(k.oid)) from pg_constraint k where k.conrelid = c.oid and k.contype = 'c'), '[]')) order by c.relname)
  from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not c.relispartition`;

type Row = Record<string, string>; /* column: SQL */
type Whose = 'person' | 'other';

/** Values that the catalogue does not tell: of a column anywhere, or of one table's. */
const VALUES: Record<string, (row: { user: string; track: string; address: string }) => string> = {
  ip_address: ({ address }) => `'${address}'`,
  currency: () => `'EUR'`,
  period: () => `'2026-01'`,
  'genres.slug': () => `'bobs-genre'`,
  'tracks.status': () => `'completed'`,
  'tracks.publish_zone': () => 'null',
  'tracks.isrc': () => 'null',
  'tracks.download_formats': () => `'{original}'`,
  'releases.download_formats': () => `'{original}'`,
  'releases.slug': () => `'r' || md5(random()::text)`,
  'releases.upc': () => 'null',
  'releases.publish_zone': () => 'null',
  'releases.release_zone': () => 'null',
  'release_slugs.slug': () => `'s' || md5(random()::text)`,
  'playlists.rules': () => 'null', /* only of smart playlists */
  'playlist_tracks.wanted': () => 'null', /* only where there is no track */
  'app_ratings.rating': () => '3', /* of one thing each, below */
  'app_ratings.release_id': () => 'null',
  'app_ratings.creator_id': () => 'null',
  'app_stars.singles_of': () => 'null',
  'app_shares.release_id': () => 'null',
  'app_shares.playlist_id': () => 'null',
  'queue_session_people.name': () => 'null', /* only of guests without an account */
  'queue_session_people.key_hash': () => 'null',
  'user_mutes.person_id': () => 'null', /* one of four */
  'user_mutes.genre_slug': () => 'null',
  'user_mutes.tag_id': () => 'null',
  'private_feeds.playlist_id': () => 'null', /* one of three */
  'private_feeds.release_id': () => 'null',
  'library_imports.state': () => `'done'`,
  'library_imports.sealed': () => 'null', /* only until it has ended */
  'library_imports.error': () => 'null',
  'library_import_missing.source': () => `'star'`,
  'library_import_missing.status': () => `'missing'`,
  'scrobble_accounts.service': () => `'lastfm'`,
  'scrobble_accounts.stopped_for': () => 'null',
  'scrobble_accounts.last_error': () => 'null',
  'rooms.direct_low': () => 'null', /* only of direct conversations */
  'rooms.direct_high': () => 'null',
  'message_attachments.kind': () => `'project'`,
  'track_analysis.bpm_confidence': () => '0.5',
  'track_analysis.key_confidence': () => '0.5',
  'track_history.track_id': ({ track }) => track,
  'royalty_records.content_id': ({ track }) => track,
  'search_changes.kind': () => '3',
  'search_changes.attempts': () => '5',
  'search_changes.error': () => `'400 document_parsing_exception'`, /* of Elasticsearch */
  'reports.content_id': ({ user }) => user,
};

/** Columns that name a file in storage. */
const FILES = ['message_attachments.file_key', 'user_files.s3_key', 'cloud_file_versions.storage_key', 'gear_documents.storage_key', 'track_stems.file_path', 'track_versions.file_path', 'tracks.file_path'];

interface About {
  whose: Whose;
  users: Record<string, Whose>;
  parents: Whose;
}

/** Fills tables with rows of `person` (id) and of `other`, each in their own things and in the other's. Words tell whose a row is; `guest`: of the
 * other, in something of the person's or naming the person. */
export class Filler {
  private rows = new Map<string, Row>(); /* `${table} ${whose}` */
  private statements: string[] = [];
  private count = 0;
  /** Hashes of the files that were put into storage for the person's rows. */
  readonly files: string[] = [];
  private readonly stored = new Map<string, Buffer>();

  constructor(private readonly world: World, private readonly ids: Record<Whose, string>, private readonly markers: Record<Whose | 'guest', string>, private readonly addresses: Record<Whose, string>) {}

  /** All tables but those of `skip`, parents before children. */
  async fill(skip: string[]): Promise<void> {
    const tables = new Map((JSON.parse(await this.world.sql(CATALOGUE)) as Table[]).map((table) => [table.name, table]));
    const aboutNobody = new Set(declarations.filter(({ end }) => end === 'about nobody').map(({ table }) => table));
    const done = new Set(['users', ...skip]);
    for (const whose of ['person', 'other'] as const) this.rows.set(`users ${whose}`, { id: `'${this.ids[whose]}'` });
    const visit = (table: Table) => {
      if (done.has(table.name)) return; /* of tables about nobody only those that others refer to are needed */
      done.add(table.name);
      for (const { refers } of table.columns) if (refers && refers !== table.name) visit(tables.get(refers)!);
      if (aboutNobody.has(table.name)) this.keep(table);
      else this.fillTable(table);
    };
    for (const table of tables.values()) if (!aboutNobody.has(table.name)) visit(table);
    for (const [key, bytes] of this.stored) await this.world.server.overwrite(key, bytes);
    const refused: string[] = [];
    for (let from = 0; from < this.statements.length; from += 50) {
      const some = this.statements.slice(from, from + 50), together = await this.world.sql(some.join(';\n')).then(() => true, () => false);
      for (const statement of together ? [] : some) await this.world.sql(statement).catch((error: { stderr: string }) => refused.push(`${error.stderr}${statement}`));
    }
    if (refused.length) throw new Error(`VALUES in support/personal.ts must know more:\n${refused.join('\n')}`);
  }

  /** Is there a row of this table in something of the person's? */
  async hasRow(table: string): Promise<boolean> {
    const refers = Object.entries(this.rows.get(`${table} person`) ?? {}).filter(([name]) => name.endsWith('_id')).map(([name, value]) => `"${name}" = ${value}`);
    return refers.length > 0 && (await this.world.sql(`select exists (select from "${table}" where ${refers.join(' and ')})`)) === 't';
  }

  /** A table about nobody: a row that is there already, or a new one, serves both. */
  private keep(table: Table): void {
    this.insert(table, { whose: 'other', users: {}, parents: 'other' });
    const row = Object.fromEntries(table.columns.map(({ name }) => [name, `(select "${name}" from "${table.name}" order by 1 limit 1)`]));
    for (const whose of ['person', 'other']) this.rows.set(`${table.name} ${whose}`, row);
  }

  private fillTable(table: Table): void {
    const people = table.columns.filter(({ refers }) => refers === 'users');
    const parents = table.columns.some(({ refers }) => refers && refers !== 'users' && refers !== table.name);
    const everybody = (whose: Whose) => Object.fromEntries(people.map(({ name }) => [name, whose]));
    this.insert(table, { whose: 'other', users: everybody('other'), parents: 'other' });
    /* What goes with the person carries their words; what only forgets them, the other's. */
    for (const { name, on_delete } of people)
      for (const owner of parents ? (['person', 'other'] as const) : (['person'] as const))
        this.insert(table, { whose: on_delete === 'n' && people.length > 1 ? 'other' : 'person', users: { ...everybody('other'), [name]: 'person' }, parents: owner });
    if (parents) this.insert(table, { whose: people.length ? 'other' : 'person', users: everybody('other'), parents: 'person' });
  }

  private insert(table: Table, about: About): void {
    const row: Row = {}, owner = table.columns.find(({ refers }) => refers === 'users')?.name;
    const seen = new Set<string>();
    for (const column of table.columns) {
      let value = this.value(table, column, about);
      if (column.refers === 'users' && value) { /* two people are never the same one */
        if (seen.has(value)) value = `(select id from users where username = 'dave')`;
        seen.add(value);
      }
      if (value !== undefined) row[column.name] = value;
    }
    const key = `${table.name} ${owner ? about.users[owner] : about.parents}`;
    if (!this.rows.has(key)) this.rows.set(key, row);
    const names = Object.keys(row);
    /* One row a person is all that some tables take. */
    this.statements.push(`do $$ begin insert into "${table.name}" (${names.map((name) => `"${name}"`).join(', ')}) values (${names.map((name) => row[name]).join(', ')}); exception when unique_violation then null; end $$`);
  }

  private value(table: Table, column: Column, about: About): string | undefined {
    const { name, type } = column, full = `${table.name}.${name}`;
    if (column.generated || column.refers === table.name) return undefined;
    if (column.refers && VALUES[full]?.({ user: '', track: '', address: '' }) === 'null') return undefined; /* of several that one row refers to, another one */
    if (FILES.includes(full)) return this.file(table.name, about.whose === 'person' && about.parents === 'person');
    if (VALUES[full]?.({ user: '', address: '', track: '' }) === 'null') return 'null';
    if (column.refers === 'users') return `'${this.ids[about.users[name] ?? 'other']}'`;
    if (column.refers) return this.rows.get(`${column.refers} ${about.parents}`)?.[column.refers_column!];
    const given = VALUES[full] ?? VALUES[name];
    if (given) return given({ user: `'${this.ids[about.whose]}'`, address: this.addresses[about.whose], track: this.rows.get(`tracks ${about.parents}`)?.['id'] ?? 'null' });
    if (name === 'id' && type === 'uuid') return `'${randomUUID()}'`;
    const checks = table.checks.filter((check) => new RegExp(`\\b${name}\\b`).test(check));
    const listed = checks.map((check) => new RegExp(`\\b${name}\\)?(?:::text)? = ANY \\(\\(?ARRAY\\['([^']*)'`).exec(check)?.[1]).find(Boolean);
    if (['text', 'varchar', 'bpchar'].includes(type)) return column.has_default && checks.some((check) => !/length\(|btrim\(/.test(check)) ? undefined : `'${listed ?? this.words(about).slice(0, column.length ?? undefined)}'`;
    if (type === 'jsonb') return checks.some((check) => check.includes('array')) ? `'["${this.words(about)}"]'` : `'{"left": "${this.words(about)}"}'`;
    if (type === '_text') return `'{${this.words(about)}}'`;
    if (!column.needed || column.has_default) return undefined;
    if (listed) return `'${listed}'`;
    if (type === 'bytea') return `'${this.words(about)}'`;
    if (type === 'uuid') return 'gen_random_uuid()';
    if (type === 'timestamptz') return `now() + interval '1 day'`;
    if (type === 'date') return 'current_date';
    if (type === 'bool') return 'false';
    return column.label ? `'${column.label}'` : String(++this.count);
  }

  /** Lower-case letters, never twice the same. */
  private words({ whose, users, parents }: About): string {
    const marker = whose === 'person' || (parents === 'other' && !Object.values(users).includes('person')) ? whose : 'guest';
    return `${this.markers[marker]}_${(++this.count).toString().replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)]!)}`;
  }

  /** A file in storage, and its key. */
  private file(table: string, ofPerson: boolean): string {
    const key = `${table.replaceAll('_', '-')}/${randomUUID()}`, bytes = Buffer.from(randomUUID());
    this.stored.set(key, bytes);
    if (ofPerson) this.files.push(sha256(bytes));
    return `'${key}'`;
  }
}
