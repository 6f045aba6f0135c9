/** A stand-in for Elasticsearch: the REST calls that Veza makes, as they are documented, and nothing else. What it does not know it refuses with 400, so that a request which a real
 * server would read otherwise does not pass. It ranks by constant scores and by fields only: a query that would need the statistics of words (BM25) is refused too. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { freePorts } from './process.ts';

type Json = Record<string, unknown>;
type Fields = Record<string, { type: string; doc_values?: boolean }>;
export interface Call {
  method: string;
  path: string;
  query: Record<string, string>;
  /** Of lines of JSON: an array of them. */
  body: unknown;
}
interface Doc {
  version: number;
  /** undefined: deleted, at `at`. */
  source: Json | undefined;
  at: number;
}
interface Index {
  name: string;
  fields: Fields;
  docs: Map<string, Doc>;
  /** What searches see. */
  seen: Map<string, { version: number; source: Json }>;
  refreshedAt: number;
  refreshMs: number;
  keepDeletesMs: number;
  aliases: Set<string>;
}

class Refusal extends Error {
  constructor(readonly status: number, readonly type: string, reason: string) {
    super(reason);
  }
  get body(): Json {
    return { error: { root_cause: [{ type: this.type, reason: this.message }], type: this.type, reason: this.message }, status: this.status };
  }
}
const bad = (reason: string, type = 'parsing_exception') => new Refusal(400, type, reason);
const missing = (index: string) => new Refusal(404, 'index_not_found_exception', `no such index [${index}]`);

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
function object(value: unknown, what: string, keys: readonly string[], needed: readonly string[] = []): Json {
  if (!isObject(value)) throw bad(`[${what}] is no object`);
  for (const key of Object.keys(value)) if (!keys.includes(key)) throw bad(`[${what}] unknown field [${key}]`);
  for (const key of needed) if (!(key in value)) throw bad(`[${what}] requires [${key}]`);
  return value;
}
function single(value: unknown, what: string): [string, unknown] {
  if (!isObject(value) || Object.keys(value).length !== 1) throw bad(`[${what}] malformed, one key expected`);
  return Object.entries(value)[0]!;
}
function integer(value: unknown, what: string, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max) throw bad(`[${what}] is no integer from ${min} to ${max}`);
  return value;
}
function duration(value: unknown): number {
  const parts = /^(\d+)(ms|s|m|h)$/.exec(String(value));
  if (!parts) throw bad(`failed to parse setting: [${String(value)}]`, 'illegal_argument_exception');
  return Number(parts[1]) * { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[parts[2] as 'ms' | 's' | 'm' | 'h'];
}

/** Whether a document fits, and with what score where scores count. */
interface Match {
  matches: (source: Json) => number | undefined;
}

function valuesOf(source: Json, field: string): unknown[] {
  const value = source[field];
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

/** `scores`: does its score count? Then only what has a constant one may be asked. */
function compile(query: unknown, fields: Fields, scores: boolean): Match {
  const [kind, body] = single(query, 'query');
  const one = (field: string, types: string[]) => {
    const type = fields[field]?.type;
    if (!type) throw bad(`No mapping for [${field}]`); /* a real server finds nothing there, without a word */
    if (!types.includes(type)) throw bad(`Field [${field}] is of type [${type}]`, 'illegal_argument_exception');
    if (scores) throw bad(`the stand-in does not rank by [${kind}]`);
    return field;
  };
  const exact = (field: string, wanted: unknown): boolean => {
    const type = fields[field]!.type;
    if (type === 'boolean' ? typeof wanted !== 'boolean' : type === 'keyword' ? typeof wanted !== 'string' : typeof wanted !== 'number') throw bad(`failed to parse [${String(wanted)}] for [${field}]`, 'query_shard_exception');
    return true;
  };
  switch (kind) {
    case 'match_all':
      object(body, kind, []);
      return { matches: () => 1 };
    case 'term': {
      const [field, wanted] = single(body, kind);
      one(field, ['keyword', 'boolean', 'byte', 'long', 'short']);
      exact(field, wanted);
      return { matches: (source) => (valuesOf(source, field).includes(wanted) ? 0 : undefined) };
    }
    case 'terms': {
      const [field, wanted] = single(body, kind);
      one(field, ['keyword']);
      if (!Array.isArray(wanted) || wanted.length > 65_536) throw bad('[terms] query requires an array');
      for (const word of wanted) exact(field, word);
      const words = new Set(wanted as unknown[]);
      return { matches: (source) => (valuesOf(source, field).some((value) => words.has(value)) ? 0 : undefined) };
    }
    case 'prefix': {
      const [field, how] = single(body, kind), { value } = object(how, field, ['value'], ['value']);
      one(field, ['keyword']);
      if (typeof value !== 'string') throw bad('[prefix] value is no text');
      return { matches: (source) => (valuesOf(source, field).some((word) => String(word).startsWith(value)) ? 0 : undefined) };
    }
    case 'range': {
      const [field, how] = single(body, kind), { lte } = object(how, field, ['lte'], ['lte']);
      one(field, ['long', 'short', 'byte']);
      if (typeof lte !== 'number') throw bad('[range] lte is no number');
      return { matches: (source) => (valuesOf(source, field).some((value) => Number(value) <= lte) ? 0 : undefined) };
    }
    case 'constant_score': {
      const { filter, boost = 1 } = object(body, kind, ['filter', 'boost'], ['filter']);
      if (typeof boost !== 'number' || boost < 0) throw bad('[constant_score] boost is no number');
      const inner = compile(filter, fields, false);
      return { matches: (source) => (inner.matches(source) === undefined ? undefined : Math.fround(boost)) };
    }
    case 'dis_max': {
      const { queries } = object(body, kind, ['queries'], ['queries']);
      if (!Array.isArray(queries) || queries.length === 0) throw bad('[dis_max] requires [queries] with at least one');
      const all = queries.map((each) => compile(each, fields, scores));
      return {
        matches: (source) => {
          const found = all.map((each) => each.matches(source)).filter((score) => score !== undefined);
          return found.length > 0 ? Math.max(...found) : undefined;
        },
      };
    }
    case 'bool': {
      const parts = object(body, kind, ['must', 'filter', 'should', 'must_not']);
      const list = (name: string, count: boolean) => {
        const given = parts[name] ?? [], each = Array.isArray(given) ? given : [given];
        return each.map((one) => compile(one, fields, count));
      };
      const must = list('must', scores), filter = list('filter', false), should = list('should', scores), not = list('must_not', false);
      return {
        matches: (source) => {
          if (not.some((each) => each.matches(source) !== undefined) || filter.some((each) => each.matches(source) === undefined)) return undefined;
          let score = 0, some = 0;
          for (const each of must) {
            const found = each.matches(source);
            if (found === undefined) return undefined;
            score += found;
          }
          for (const each of should) {
            const found = each.matches(source);
            if (found !== undefined) some++;
            score += found ?? 0;
          }
          return should.length > 0 && must.length === 0 && filter.length === 0 && some === 0 ? undefined : Math.fround(score);
        },
      };
    }
    default:
      throw bad(`unknown query [${kind}]`);
  }
}

/** filter_path: names with dots between them, * for any; lists are gone through. */
function filterPath(value: unknown, paths: string[][]): unknown {
  if (paths.some((path) => path.length === 0)) return value;
  if (Array.isArray(value)) {
    const kept = value.map((one) => filterPath(one, paths)).filter((one) => one !== undefined);
    return kept.length > 0 ? kept : undefined;
  }
  if (!isObject(value)) return undefined;
  const kept = Object.entries(value).map(([key, one]) => {
    const inner = paths.filter((path) => path[0] === key || path[0] === '*').map((path) => path.slice(1));
    return [key, inner.length > 0 ? filterPath(one, inner) : undefined] as const;
  }).filter(([, one]) => one !== undefined);
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

export class Elasticsearch {
  private server: Server | undefined;
  private readonly sockets = new Set<Socket>();
  private readonly indexes = new Map<string, Index>();
  private port = 0;
  private clusterId = 'AAAAAAAAAAAAAAAAAAAAAA';
  /** Every request that came, and was understood. */
  readonly calls: Call[] = [];
  /** Requests that it refused with 400: bugs of who asks. */
  readonly refusals: string[] = [];
  /** Called before a request is carried out: what it returns is the answer instead. `never`: none comes. */
  instead: ((call: Call) => Promise<Answer | undefined> | Answer | undefined) | undefined;
  /** Documents whose text has this are refused. */
  poison: string | undefined;

  constructor(private readonly user = 'veza', private readonly password = 'p@ss:w/rd') {}

  async start(): Promise<this> {
    this.port ||= (await freePorts(1))[0]!;
    this.server = createServer((request, response) => void this.serve(request, response));
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    await new Promise<void>((resolve) => this.server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  /** What it holds stays. */
  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => (this.server ? this.server.close(() => resolve()) : resolve()));
    this.server = undefined;
  }

  /** As after its disk was lost. */
  forget(): void {
    this.indexes.clear();
    this.clusterId = `B${this.clusterId.slice(0, -1)}`;
  }

  url(password = this.password): string {
    return `http://${this.user}:${encodeURIComponent(password)}@127.0.0.1:${this.port}`;
  }

  get names(): string[] {
    return [...this.indexes.keys()];
  }

  /** Documents of the index with this alias, by their _id, as they are stored. */
  stored(alias: string): Map<string, { version: number; source: Json }> {
    const index = this.resolve(alias);
    return new Map([...index.docs].filter(([, doc]) => doc.source).map(([id, { version, source }]) => [id, { version, source: source! }]));
  }

  /** Puts a document there behind everybody's back, or takes it away. */
  tamper(alias: string, id: string, source: Json | undefined, version = 1): void {
    const index = this.resolve(alias);
    if (source) index.docs.set(id, { version, source, at: Date.now() });
    else index.docs.delete(id);
    this.refresh(index);
  }

  private refresh(index: Index): void {
    const now = Date.now();
    for (const [id, doc] of index.docs) if (!doc.source && now - doc.at > index.keepDeletesMs) index.docs.delete(id);
    index.seen = new Map([...index.docs].filter(([, doc]) => doc.source).map(([id, { version, source }]) => [id, { version, source: source! }]));
    index.refreshedAt = now;
  }

  /** The one index of a name or an alias. */
  private resolve(name: string): Index {
    const own = this.indexes.get(name), of = own ? [own] : [...this.indexes.values()].filter((index) => index.aliases.has(name));
    if (of.length === 0) throw missing(name);
    if (of.length > 1) throw bad(`alias [${name}] has more than one index associated with it`, 'illegal_argument_exception');
    return of[0]!;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url!, 'http://127.0.0.1');
    const query = Object.fromEntries(url.searchParams), text = Buffer.concat(chunks).toString('utf8');
    let status = 200, body: unknown;
    try {
      if (request.headers.authorization !== `Basic ${Buffer.from(`${this.user}:${this.password}`).toString('base64')}`)
        throw new Refusal(401, 'security_exception', 'unable to authenticate user');
      const call: Call = { method: request.method!, path: url.pathname, query, body: this.parse(url.pathname, request.headers['content-type'], text) };
      this.calls.push(call);
      const instead = await this.instead?.(call);
      if (instead === 'never') return;
      if (instead) {
        response.writeHead(instead.status, { 'content-type': 'application/json' }).end(instead.body);
        return;
      }
      [status, body] = this.answer(call);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (error.status === 400) this.refusals.push(`${request.method} ${request.url}: ${error.message}`);
      [status, body] = [error.status, error.body];
    }
    if (query['filter_path'] && status < 300) body = filterPath(body, query['filter_path'].split(',').map((path) => path.split('.'))) ?? {};
    response.writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' }).end(JSON.stringify(body));
  }

  private parse(path: string, type: string | undefined, text: string): unknown {
    const isLines = /\/_(bulk|msearch)$/.test(path);
    if (!text) return undefined;
    if (type !== (isLines ? 'application/x-ndjson' : 'application/json')) throw new Refusal(406, 'media_type_header_exception', `Content-Type header [${type}] is not supported`);
    try {
      if (!isLines) return JSON.parse(text) as unknown;
      if (!text.endsWith('\n')) throw bad('The bulk request must be terminated by a newline [\\n]', 'illegal_argument_exception');
      return text.slice(0, -1).split('\n').map((line) => JSON.parse(line) as unknown);
    } catch (error) {
      throw error instanceof Refusal ? error : bad('malformed JSON', 'json_parse_exception');
    }
  }

  private answer({ method, path, query, body }: Call): [number, unknown] {
    const parts = path.split('/').slice(1), known = (...names: string[]) => {
      for (const name of Object.keys(query)) if (!names.includes(name)) throw bad(`request [${path}] contains unrecognized parameter: [${name}]`, 'illegal_argument_exception');
    };
    if (body !== undefined && ['GET', 'DELETE'].includes(method)) throw bad('no body is taken here');
    if (path === '/' && method === 'GET') {
      known();
      return [200, { name: 'stand-in', cluster_name: 'tests', cluster_uuid: this.clusterId, version: { number: '9.1.0', build_flavor: 'default' }, tagline: 'You Know, for Search' }];
    }
    if (path === '/_bulk' && method === 'POST') {
      known('require_alias', 'filter_path');
      return [200, this.bulk(body as unknown[], query['require_alias'] === 'true')];
    }
    if (path === '/_aliases' && method === 'POST') return known(), [200, this.changeAliases(body)];
    if (parts[0] === '_alias' && parts.length === 2 && method === 'GET') {
      known();
      const of = [...this.indexes.values()].filter((index) => index.aliases.has(parts[1]!));
      return of.length > 0 ? [200, Object.fromEntries(of.map((index) => [index.name, { aliases: { [parts[1]!]: {} } }]))] : [404, { error: `alias [${parts[1]}] missing`, status: 404 }];
    }
    if (parts.length === 1 && /^[a-z][a-z0-9_-]*$/.test(parts[0]!)) {
      known();
      if (method === 'PUT') return [200, this.create(parts[0]!, body)];
      if (method === 'DELETE') {
        if (!this.indexes.has(parts[0]!)) throw missing(parts[0]!);
        this.indexes.delete(parts[0]!);
        return [200, { acknowledged: true }];
      }
    }
    if (parts.length === 2 && parts[1] === '_alias' && method === 'GET' && parts[0]!.endsWith('*')) {
      known();
      const start = parts[0]!.slice(0, -1);
      return [200, Object.fromEntries([...this.indexes.values()].filter((index) => index.name.startsWith(start))
        .map((index) => [index.name, { aliases: Object.fromEntries([...index.aliases].map((alias) => [alias, {}])) }]))];
    }
    if (parts.length === 2 && parts[1] === '_refresh' && method === 'POST') {
      known();
      this.refresh(this.resolve(parts[0]!));
      return [200, { _shards: { total: 1, successful: 1, failed: 0 } }];
    }
    if (parts.length === 2 && parts[1] === '_search' && method === 'POST') return known('filter_path'), [200, this.search(parts[0]!, body)];
    if (parts.length === 2 && parts[1] === '_msearch' && method === 'POST') return known('filter_path'), [200, this.searches(parts[0]!, body as unknown[])];
    throw bad(`the stand-in does not know ${method} ${path}`, 'illegal_argument_exception');
  }

  private create(name: string, body: unknown): Json {
    if (this.indexes.has(name)) throw bad(`index [${name}] already exists`, 'resource_already_exists_exception');
    const { settings, mappings, aliases } = object(body, 'create index', ['settings', 'mappings', 'aliases'], ['mappings']);
    const index = object(object(settings, 'settings', ['index'])['index'], 'settings.index', ['number_of_shards', 'auto_expand_replicas', 'refresh_interval', 'gc_deletes']);
    const { dynamic, properties } = object(mappings, 'mappings', ['dynamic', 'properties'], ['dynamic', 'properties']);
    if (dynamic !== 'strict') throw bad('the stand-in knows [dynamic: strict] only');
    for (const [field, how] of Object.entries(properties as Json)) {
      const { type, doc_values } = object(how, field, ['type', 'doc_values'], ['type']);
      if (!['keyword', 'byte', 'short', 'long', 'boolean'].includes(String(type)) || !['boolean', 'undefined'].includes(typeof doc_values)) throw bad(`No handler for type [${String(type)}]`, 'mapper_parsing_exception');
    }
    for (const how of Object.values((aliases ?? {}) as Json)) object(how, 'aliases', []);
    this.indexes.set(name, {
      name, fields: properties as Fields, docs: new Map(), seen: new Map(), refreshedAt: 0, refreshMs: duration(index['refresh_interval'] ?? '1s'), keepDeletesMs: duration(index['gc_deletes'] ?? '60s'),
      aliases: new Set(Object.keys((aliases ?? {}) as Json)),
    });
    return { acknowledged: true, shards_acknowledged: true, index: name };
  }

  /** All or nothing. */
  private changeAliases(body: unknown): Json {
    const { actions } = object(body, 'aliases', ['actions'], ['actions']);
    const after = new Map([...this.indexes].map(([name, { aliases }]) => [name, new Set(aliases)]));
    for (const action of actions as unknown[]) {
      const [kind, how] = single(action, 'action');
      const { index, alias } = object(how, kind, ['index', 'alias'], ['index', 'alias']) as { index: string; alias: string };
      const aliases = after.get(index);
      if (!aliases) throw missing(index);
      if (kind === 'add') aliases.add(alias);
      else if (kind !== 'remove') throw bad(`unknown action [${kind}]`);
      else if (!aliases.delete(alias)) throw new Refusal(404, 'aliases_not_found_exception', `aliases [${alias}] missing`);
    }
    for (const [name, aliases] of after) this.indexes.get(name)!.aliases = aliases;
    return { acknowledged: true, errors: false };
  }

  private bulk(lines: unknown[], requireAlias: boolean): Json {
    const items: Json[] = [];
    for (let i = 0; i < lines.length; i++) {
      const [kind, how] = single(lines[i], 'action');
      if (kind !== 'index' && kind !== 'delete') throw bad(`Malformed action/metadata line [${i + 1}]`, 'illegal_argument_exception');
      const { _index: target, _id: id, version, version_type } = object(how, kind, ['_index', '_id', 'version', 'version_type'], ['_index', '_id', 'version', 'version_type']) as Record<string, string>;
      if (version_type !== 'external') throw bad('the stand-in knows [version_type: external] only');
      const number = integer(version, 'version', 0, Number.MAX_SAFE_INTEGER), source = kind === 'index' ? lines[++i] : undefined;
      if (kind === 'index' && !isObject(source)) throw bad('a document is missing', 'illegal_argument_exception');
      items.push({ [kind]: { _index: target, _id: id, ...this.write(target!, id!, number, source as Json | undefined, requireAlias) } });
    }
    return { took: 1, errors: items.some((item) => 'error' in (Object.values(item)[0] as Json)), items };
  }

  private write(target: string, id: string, version: number, source: Json | undefined, requireAlias: boolean): Json {
    try {
      if (requireAlias && ![...this.indexes.values()].some(({ aliases }) => aliases.has(target)))
        throw new Refusal(404, 'index_not_found_exception', `no such index [${target}] and [require_alias] request flag is [true] and [${target}] is not an alias`);
      const index = this.resolve(target), had = index.docs.get(id);
      if (had && !had.source && Date.now() - had.at > index.keepDeletesMs) index.docs.delete(id);
      const current = index.docs.get(id);
      if (current && version <= current.version)
        throw new Refusal(409, 'version_conflict_engine_exception', `[${id}]: version conflict, current version [${current.version}] is higher or equal to the one provided [${version}]`);
      if (source) this.checkDocument(index, source);
      index.docs.set(id, { version, source, at: Date.now() });
      const status = source ? (current?.source ? 200 : 201) : current?.source ? 200 : 404;
      return { _version: version, result: source ? (current?.source ? 'updated' : 'created') : current?.source ? 'deleted' : 'not_found', status };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: error.status, error: { type: error.type, reason: error.message } };
    }
  }

  private checkDocument({ fields }: Index, source: Json): void {
    const ranges: Record<string, number> = { byte: 127, short: 32_767, long: Number.MAX_SAFE_INTEGER };
    if (this.poison && JSON.stringify(source).includes(this.poison)) throw bad('failed to parse', 'document_parsing_exception');
    for (const [name, value] of Object.entries(source)) {
      const type = fields[name]?.type;
      if (!type) throw bad(`mapping set to strict, dynamic introduction of [${name}] within [_doc] is not allowed`, 'strict_dynamic_mapping_exception');
      for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
        const good = type === 'keyword' ? typeof one === 'string' && Buffer.byteLength(one) <= 32_766
          : type === 'boolean' ? typeof one === 'boolean' : typeof one === 'number' && Number.isInteger(one) && Math.abs(one) <= ranges[type]!;
        if (!good) throw bad(`failed to parse field [${name}] of type [${type}]`, 'document_parsing_exception');
      }
    }
  }

  private searches(target: string, lines: unknown[]): Json {
    if (lines.length % 2) throw bad('a search without a body');
    const responses: Json[] = [];
    for (let i = 0; i < lines.length; i += 2) {
      object(lines[i], 'header', []);
      try {
        responses.push({ ...this.search(target, lines[i + 1]), status: 200 });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (error.status === 400) this.refusals.push(`_msearch: ${error.message}`);
        responses.push(error.body);
      }
    }
    return { took: 1, responses };
  }

  private search(target: string, body: unknown): Json {
    const index = this.resolve(target);
    const asked = object(body, 'search', ['size', 'query', 'sort', 'search_after', 'version', 'track_scores', 'track_total_hits', '_source'], ['query', 'sort', 'size']);
    const size = integer(asked['size'], 'size', 0, 10_000);
    if (asked['_source'] !== false || asked['track_total_hits'] !== false) throw bad('the stand-in gives neither sources nor totals');
    const sort = (asked['sort'] as unknown[]).map((one) => {
      const [field, how] = single(one, 'sort'), { order } = object(how, field, ['order'], ['order']);
      if (order !== 'asc' && order !== 'desc') throw bad('order is asc or desc');
      if (field !== '_score' && (!index.fields[field] || index.fields[field].doc_values === false)) throw bad(`Can't load fielddata on [${field}]`, 'illegal_argument_exception');
      return { field, down: order === 'desc' };
    });
    const scored = sort.some(({ field }) => field === '_score');
    const match = compile(asked['query'], index.fields, scored);
    if (Date.now() - index.refreshedAt >= index.refreshMs) this.refresh(index);
    const compare = (a: unknown[], b: unknown[]) => {
      for (const [i, { down }] of sort.entries()) if (a[i] !== b[i]) return (a[i]! < b[i]! ? -1 : 1) * (down ? -1 : 1);
      return 0;
    };
    const after = asked['search_after'] as unknown[] | undefined;
    if (after && after.length !== sort.length) throw bad('search_after has as many values as sort', 'illegal_argument_exception');
    const hits = [...index.seen].flatMap(([id, { version, source }]) => {
      const score = match.matches(source);
      if (score === undefined) return [];
      return [{ _index: index.name, _id: id, _score: scored ? score : null, ...(asked['version'] ? { _version: version } : {}), sort: sort.map(({ field }) => (field === '_score' ? score : valuesOf(source, field)[0])) }];
    }).filter((hit) => !after || compare(hit.sort, after) > 0).sort((a, b) => compare(a.sort, b.sort)).slice(0, size);
    return { took: 1, timed_out: false, _shards: { total: 1, successful: 1, skipped: 0, failed: 0 }, hits: { max_score: null, hits } };
  }
}

export type Answer = 'never' | { status: number; body: string | Buffer };
