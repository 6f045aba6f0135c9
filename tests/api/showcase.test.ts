/** What people show on their profile: the banner, and their equipment. */
import { strict as assert } from 'node:assert';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { assertProblem, assertStatus } from '../support/client.ts';
import { onDisk } from '../support/level.ts';
import { png } from '../support/media.ts';
import { template, World } from '../support/world.ts';

const world = await World.start('showcase');
const { visitor } = world;
const alice = world.as('alice'), bob = world.as('bob'), carol = world.as('carol'), mia = world.as('mia'), root = world.as('root');
const ids = template.ids;

const form = (bytes: Uint8Array): never => {
  const out = new FormData();
  out.set('banner', new Blob([new Uint8Array(bytes)], { type: 'image/png' }), 'top.png');
  return out as never;
};
const put = (width: number, height: number) => carol.post('/api/v1/users/{id}/banner', { path: { id: ids.carol }, body: form(png(width, height)) });

/** Width and height of a lossy WebP file. */
function sizeOf(webp: Buffer): [number, number] {
  const at = webp.indexOf(Buffer.from([0x9d, 0x01, 0x2a]));
  return [webp.readUInt16LE(at + 3) & 0x3fff, webp.readUInt16LE(at + 5) & 0x3fff];
}

const versions = () => {
  const folder = path.join(world.server.dataDir, 'files/banners', ids.carol);
  return existsSync(folder) ? readdirSync(folder) : [];
};

test('a banner is made anew in two sizes, and shows on the profile', async () => {
  const reply = await put(2000, 1500);
  assertStatus(reply, 200);
  assert.match(reply.body.banner_url, new RegExp(`^/api/v1/users/${ids.carol}/banner/1500\\?v=[0-9a-f]{16}$`));
  assert.equal((await visitor.get('/api/v1/users/{id}', { path: { id: ids.carol } })).body.banner_url, reply.body.banner_url);
  for (const [size, expected] of [['750', [750, 250]], ['1500', [1500, 500]]] as const) {
    const image = await visitor.get('/api/v1/users/{id}/banner/{size}', { path: { id: ids.carol, size } });
    assertStatus(image, 200);
    assert.equal(image.headers.get('content-type'), 'image/webp');
    assert.deepEqual(sizeOf(image.bytes), expected);
  }
});

onDisk('a new banner takes the place of the one before, and taking it down leaves nothing', async () => {
  assertStatus(await put(900, 300), 200);
  const second = await put(900, 300);
  assert.deepEqual(versions(), [second.body.banner_url.slice(-16)]);
  for (const other of [alice, mia, root]) {
    assertProblem(await other.post('/api/v1/users/{id}/banner', { path: { id: ids.carol }, body: form(png(30, 10)) }), 404, 'not_found');
    assertProblem(await other.delete('/api/v1/users/{id}/banner', { path: { id: ids.carol } }), 404, 'not_found');
  }
  assertStatus(await carol.delete('/api/v1/users/{id}/banner', { path: { id: ids.carol } }), 204);
  assert.deepEqual(versions(), []);
  assertProblem(await visitor.get('/api/v1/users/{id}/banner/{size}', { path: { id: ids.carol, size: '750' } }), 404);
  assert.equal((await visitor.get('/api/v1/users/{id}', { path: { id: ids.carol } })).body.banner_url, null);
});

test('what is no picture is refused, and leaves nothing behind', async () => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
  for (const bytes of [svg, Buffer.alloc(0), png(900, 300).subarray(0, 200)]) {
    const problem = assertProblem(await carol.post('/api/v1/users/{id}/banner', { path: { id: ids.carol }, body: form(bytes) }), 422, 'validation');
    assert.equal(problem.errors?.[0]?.field, 'banner');
  }
  assert.deepEqual(versions(), []);
});

onDisk('a banner that cannot be kept is refused, and nothing points at it', async () => {
  writeFileSync(path.join(world.server.dataDir, 'files/banners', ids.dave), 'a file where the folder should be');
  const reply = await world.as('dave').post('/api/v1/users/{id}/banner', { path: { id: ids.dave }, body: form(png(900, 300)) });
  assertProblem(reply, 507, 'storage_full');
  assert.equal((await visitor.get('/api/v1/users/{id}', { path: { id: ids.dave } })).body.banner_url, null);
});

test('the banner of a private profile is for its owner and administrators', async () => {
  assertStatus(await put(900, 300), 200);
  const get = (client: typeof alice) => client.get('/api/v1/users/{id}/banner/{size}', { path: { id: ids.carol, size: '750' } });
  assert.match((await get(visitor)).headers.get('cache-control') ?? '', /^public/);
  assertStatus(await carol.put('/api/v1/users/{id}', { path: { id: ids.carol }, body: { is_public: false } }), 200);
  for (const client of [visitor, alice, mia]) assertProblem(await get(client), 404);
  for (const client of [carol, root]) assert.match((await get(client)).headers.get('cache-control') ?? '', /^private/);
  assertStatus(await carol.put('/api/v1/users/{id}', { path: { id: ids.carol }, body: { is_public: true } }), 200);
});

test('equipment shows as far as its owner lets it, without what is nobody else\'s business', async () => {
  await world.sql(`insert into gear_items (user_id, name, category, brand, serial_number, purchase_price_cents, order_number, vendor, notes, documents, is_public, status, deleted_at, created_at) values
    ('${ids.carol}', 'First', 'micro', 'Neumann', 'SERIAL-1', 99900, 'ORDER-1', 'A shop', 'Under the bed', '["paper.pdf"]', true, 'active', null, now() - interval '1 hour'),
    ('${ids.carol}', 'Second', 'micro', null, null, null, null, null, null, '[]', true, 'in_repair', null, now()),
    ('${ids.carol}', 'Mine alone', 'micro', null, null, null, null, null, null, '[]', false, 'active', null, now()),
    ('${ids.carol}', 'Sold', 'micro', null, null, null, null, null, null, '[]', true, 'sold', null, now()),
    ('${ids.carol}', 'Gone', 'micro', null, null, null, null, null, null, '[]', true, 'active', now(), now())`);
  for (const client of [visitor, alice, carol]) {
    const reply = await client.get('/api/v1/users/{id}/gear', { path: { id: ids.carol } });
    assertStatus(reply, 200);
    assert.deepEqual(reply.body.items.map(({ name }) => name), ['Second', 'First']);
    assert.doesNotMatch(reply.bytes.toString(), /SERIAL|99900|ORDER|A shop|Under the bed|paper\.pdf/);
  }
  assert.deepEqual((await visitor.get('/api/v1/users/{id}/gear', { path: { id: ids.bob } })).body.items, []);
});

test('whoever is blocked, and strangers of a private profile, see no equipment', async () => {
  assertStatus(await carol.post('/api/v1/users/{id}/block', { path: { id: ids.bob } }), 204);
  assertProblem(await bob.get('/api/v1/users/{id}/gear', { path: { id: ids.carol } }), 404);
  assertStatus(await carol.put('/api/v1/users/{id}', { path: { id: ids.carol }, body: { is_public: false } }), 200);
  for (const client of [visitor, alice, mia]) assertProblem(await client.get('/api/v1/users/{id}/gear', { path: { id: ids.carol } }), 404);
  for (const client of [carol, root]) assertStatus(await client.get('/api/v1/users/{id}/gear', { path: { id: ids.carol } }), 200);
});
