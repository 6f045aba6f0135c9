import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import { fakeServer } from '@/testing/server';
import { keyBytes, pushState, renewPush, switchPushOff, switchPushOn } from './device';
import { rememberTold, toldServer } from './memory';

const address = (endpoint: string) => ({
  endpoint,
  toJSON: () => ({ endpoint, keys: { p256dh: 'P', auth: 'A' } }),
  unsubscribe: vi.fn(async () => true),
});
type Address = ReturnType<typeof address>;

/** A browser that has been told `permission` and holds this subscription. */
function browser(permission: NotificationPermission, held: Address | null = null) {
  const subscribe = vi.fn(async (_options: PushSubscriptionOptionsInit) => address('https://push.example/new'));
  const registration = { active: {}, pushManager: { getSubscription: async () => held, subscribe } };
  vi.stubGlobal('PushManager', () => undefined);
  vi.stubGlobal('Notification', { permission, requestPermission: async () => permission });
  Object.defineProperty(navigator, 'serviceWorker', { value: { getRegistration: async () => registration }, configurable: true });
  return { subscribe };
}

const server = () =>
  fakeServer({
    'GET /csrf-token': { body: { csrf_token: 't' } },
    'GET /notifications/push/key': { body: { public_key: 'BP-_AA' } },
    'POST /notifications/push/subscribe': { status: 201, body: { id: 's1' } },
    'DELETE /notifications/push/subscribe': { status: 204 },
  });

beforeEach(forgetCsrf);
afterEach(() => {
  vi.unstubAllGlobals();
  Reflect.deleteProperty(navigator, 'serviceWorker');
});

describe('how things are', () => {
  it('without a service worker', async () => expect(await pushState('u')).toBe('unsupported'));

  it.each([
    ['denied', null, 'denied'],
    ['default', null, 'off'],
    ['granted', null, 'off'],
    ['granted', 'u', 'on'],
    ['granted', 'somebody else', 'off'],
  ] as const)('with %s, told for %s', async (permission, user, state) => {
    browser(permission, user ? address('https://push.example/1') : null);
    if (user) rememberTold({ user: user.replaceAll(' ', '-'), endpoint: 'https://push.example/1' });
    expect(await pushState('u')).toBe(state);
  });
});

it('subscribes with the server’s key and tells it the address', async () => {
  const { subscribe } = browser('granted');
  const { calls } = server();
  expect(await switchPushOn('u')).toBe('on');
  const [options] = subscribe.mock.calls[0] ?? [];
  expect(options?.userVisibleOnly).toBe(true);
  expect([...(options?.applicationServerKey as Uint8Array)]).toEqual([4, 255, 191, 0]);
  expect(calls.find((c) => c.method === 'POST')?.body).toEqual({ endpoint: 'https://push.example/new', keys: { p256dh: 'P', auth: 'A' } });
  expect(toldServer()).toEqual({ user: 'u', endpoint: 'https://push.example/new' });
});

it.each(['denied', 'default'] as const)('asks the server nothing when the answer is %s', async (permission) => {
  browser(permission);
  const { calls } = server();
  expect(await switchPushOn('u')).toBe(permission === 'denied' ? 'denied' : 'off');
  expect(calls).toEqual([]);
});

it('gives the subscription up, here and at the server', async () => {
  const held = address('https://push.example/1');
  browser('granted', held);
  rememberTold({ user: 'u', endpoint: held.endpoint });
  const { calls } = server();
  await switchPushOff();
  expect(calls.find((c) => c.method === 'DELETE')?.body).toEqual({ endpoint: held.endpoint });
  expect(held.unsubscribe).toHaveBeenCalled();
  expect(toldServer()).toBeNull();
});

describe('at the start', () => {
  it('tells the server of a new address', async () => {
    browser('granted', address('https://push.example/2'));
    rememberTold({ user: 'u', endpoint: 'https://push.example/1' });
    const { count } = server();
    await renewPush('u');
    expect(count('POST /notifications/push/subscribe')).toBe(1);
    expect(toldServer()?.endpoint).toBe('https://push.example/2');
  });

  it('ends what somebody else began here', async () => {
    const held = address('https://push.example/1');
    browser('granted', held);
    rememberTold({ user: 'somebody', endpoint: held.endpoint });
    const { count } = server();
    await renewPush('u');
    expect(held.unsubscribe).toHaveBeenCalled();
    expect(count('DELETE /notifications/push/subscribe')).toBe(0);
  });

  it('leaves well alone', async () => {
    browser('granted', address('https://push.example/1'));
    rememberTold({ user: 'u', endpoint: 'https://push.example/1' });
    const { calls } = server();
    await renewPush('u');
    expect(calls).toEqual([]);
  });
});

it('reads base64url', () => expect([...keyBytes('-_8')]).toEqual([251, 255]));
