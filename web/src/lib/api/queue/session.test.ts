import { beforeEach, expect, it } from 'vitest';
import { fakeServer, problem } from '@/testing/server';
import { guestKey, keepGuestKey, setSessionOf } from './guest';
import { readSession } from './session';

const TOKEN = 'link', ROOT = `/queue/session/${TOKEN}`;
let version = 1;
const keyOf = (headers: Record<string, string>) => headers['X-Queue-Guest'];
const world = (removed: string[] = []) => ({
  [`GET ${ROOT}`]: ({ headers }: { headers: Record<string, string> }) =>
    removed.includes(keyOf(headers) ?? '') ? problem(403, 'removed') : { body: { id: 's1', version, person_id: keyOf(headers) === 'good' ? 'p1' : null } },
  [`GET ${ROOT}/items`]: { body: { items: [{ id: 'i1' }], limit: 100, next: null } },
});

beforeEach(() => {
  localStorage.clear();
  version = 1;
});

it('items are read again only when something was changed', async () => {
  const server = fakeServer(world());
  const first = await readSession(TOKEN);
  const second = await readSession(TOKEN, first);
  expect([second.items === first.items, server.count(`GET ${ROOT}/items`)]).toEqual([true, 1]);
  version = 2;
  await readSession(TOKEN, second);
  expect(server.count(`GET ${ROOT}/items`)).toBe(2);
});

it('the key of a guest is found by a new link of the same session', async () => {
  fakeServer(world());
  setSessionOf('earlier', 's1');
  keepGuestKey('earlier', 'good');
  expect((await readSession(TOKEN)).session.person_id).toBe('p1');
  expect(guestKey(TOKEN)).toBe('good');
});

it('a guest who was removed looks on, and is told so until they say who they are again', async () => {
  setSessionOf(TOKEN, 's1');
  keepGuestKey(TOKEN, 'good');
  fakeServer(world());
  const before = await readSession(TOKEN);
  fakeServer(world(['good']));
  const removed = await readSession(TOKEN, before);
  expect([removed.isRemoved, removed.session.person_id, guestKey(TOKEN)]).toEqual([true, null, null]);
  expect((await readSession(TOKEN, removed)).isRemoved).toBe(true);
});

it('a key that the server does not know any more is dropped', async () => {
  setSessionOf(TOKEN, 's1');
  keepGuestKey(TOKEN, 'of before the last new link');
  fakeServer(world());
  await readSession(TOKEN);
  expect(guestKey(TOKEN)).toBeNull();
});
