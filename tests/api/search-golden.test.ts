/** The golden set on Elasticsearch: `ELASTICSEARCH_URL=... npm run test:golden` asks a real one, else the stand-in answers, which ranks as Veza asks it to, since Veza ranks by constant
 * scores. */
import { strict as assert } from 'node:assert';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Elasticsearch } from '../support/elasticsearch.ts';
import { fillGolden, firstThree, golden, search, wrongGolden } from '../support/golden.ts';
import { until } from '../support/wait.ts';
import { World } from '../support/world.ts';

const real = process.env['ELASTICSEARCH_URL'];
const standIn = real ? undefined : await new Elasticsearch().start();
const index = `veza-golden-${randomBytes(4).toString('hex')}`;
const passedOn = Object.fromEntries(['ELASTICSEARCH_API_KEY', 'ELASTICSEARCH_CA_FILE'].flatMap((name) => (process.env[name] ? [[name, process.env[name]!]] : [])));
const plain = await World.start('search-golden-postgresql');
const world = await World.start('search-golden', { ELASTICSEARCH_URL: real ?? standIn!.url(), ELASTICSEARCH_INDEX: index, ELASTICSEARCH_TIMEOUT_MS: '5000', ...passedOn });
const engineOf = async () => (await world.visitor.get('/api/v1/search', { query: { q: 'night' } })).headers.get('x-search-engine');

before(async () => {
  await fillGolden(plain);
  await fillGolden(world);
  await until('all to be in the index', async () => (await world.sql(`select is_live and not exists (select from search_changes) from search_index`)) === 't', 60);
  await until('it to be seen', async () => (await engineOf()) === 'elasticsearch' && (await search(world.visitor, golden.tracks.at(-1)!.title)).tracks.total > 0, 30);
});
after(async () => {
  /* Veza's rights over its indexes suffice to take them away. */
  await world.server.stop();
  if (real) {
    const url = new URL(real), key = process.env['ELASTICSEARCH_API_KEY'];
    const authorization = key ? `ApiKey ${key}` : `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`;
    [url.username, url.password] = ['', ''];
    const base = url.href.replace(/\/$/, ''), headers = { authorization };
    for (const name of Object.keys((await (await fetch(`${base}/${index}-*/_alias`, { headers })).json()) as object)) await fetch(`${base}/${name}`, { method: 'DELETE', headers });
  }
  await standIn?.stop();
});

test('the golden set on Elasticsearch: each thing stands where a musician looks for it, and in its class', async () => {
  const wrong = await wrongGolden(world.visitor);
  assert.deepEqual(standIn?.refusals ?? [], []);
  assert.equal(await engineOf(), 'elasticsearch');
  assert.deepEqual(wrong, []);
});

test('of at least 90 % of the golden set the first three are the same on Elasticsearch and on PostgreSQL', async () => {
  const names = (of: World) => of.sql(`select json_object_agg(id, coalesce(body, '')) from search_entries`).then((json) => JSON.parse(json) as Record<string, string>);
  const [a, b, namesOfPlain, namesOfWorld] = [await firstThree(plain.visitor), await firstThree(world.visitor), await names(plain), await names(world)];
  const read = (ids: string, of: Record<string, string>) => ids.split(',').filter(Boolean).map((id) => of[id]).join(' | ');
  const differing = golden.queries.flatMap(({ q }, i) => (read(a[i]!, namesOfPlain) === read(b[i]!, namesOfWorld) ? [] : [`${q}: ${read(a[i]!, namesOfPlain)} / ${read(b[i]!, namesOfWorld)}`]));
  console.log(`${golden.queries.length - differing.length} of ${golden.queries.length} agree\n${differing.join('\n')}`);
  assert.ok(differing.length <= golden.queries.length * 0.1, differing.join('\n'));
});
