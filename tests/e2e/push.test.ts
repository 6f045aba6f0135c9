/** Push messages: from one person's click through the server and a push service to the other's browser. The service stands in for the
 * browser's maker's; it decrypts as a browser would, and hands on to the service worker of the real browser. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { BrowserContext, CDPSession, Page } from 'playwright-core';
import { pushService, type Subscription } from '../support/push.ts';
import { until } from '../support/wait.ts';
import { template } from '../support/world.ts';
import type { Eye } from './support/browser.ts';
import { signOut } from './support/people.ts';
import { Stage } from './support/stage.ts';

const stage = await Stage.start('push', { OUTGOING_ALLOW_PRIVATE: 'true' });
const service = await pushService();

/** The browser asks our service for its subscription, as it would ask its maker's. */
async function standIn({ page, context }: Eye): Promise<() => Subscription | undefined> {
  let made: Subscription | undefined;
  await context.exposeFunction('subscribeOutside', async (key: string) => {
    made = await service.subscribe(key);
    return made;
  });
  await page.addInitScript(() => {
    interface Made { endpoint: string; keys: Record<string, string> }
    const outside = window as unknown as { subscribeOutside(key: string): Promise<Made> };
    const KEY = 'test.subscription';
    const dress = ({ endpoint, keys }: Made) => ({ endpoint, toJSON: () => ({ endpoint, keys }), unsubscribe: async () => { sessionStorage.removeItem(KEY); return true; } });
    const text = (bytes: ArrayBuffer) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
    PushManager.prototype.subscribe = async (options) => {
      const made = await outside.subscribeOutside(text((options?.applicationServerKey as Uint8Array<ArrayBuffer>).buffer));
      sessionStorage.setItem(KEY, JSON.stringify(made));
      return dress(made) as unknown as PushSubscription;
    };
    PushManager.prototype.getSubscription = async () => {
      const kept = sessionStorage.getItem(KEY);
      return kept ? (dress(JSON.parse(kept) as Made) as unknown as PushSubscription) : null;
    };
  });
  return () => made;
}

/** The service worker's registration, as the browser's own tools know it. */
async function registrationOf(line: CDPSession): Promise<string> {
  let id: string | undefined;
  line.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => { id ??= registrations.find((one) => !one.isDeleted)?.registrationId; });
  await line.send('ServiceWorker.enable');
  return until('the service worker to be registered', () => id);
}

const shown = (page: Page) => page.evaluate(async () => {
  const registration = await navigator.serviceWorker.ready;
  return (await registration.getNotifications()).map(({ title, body, tag, data }) => ({ title, body, tag, url: (data as { url: string }).url }));
});

/** What the system does when somebody clicks. Only the browser itself can have an event waited for. */
async function click(context: BrowserContext, tag?: string): Promise<void> {
  const [worker] = context.serviceWorkers();
  assert.ok(worker);
  await worker.evaluate('globalThis.__name = (value) => value'); /* as in support/browser.ts */
  await worker.evaluate(async (tag) => {
    const scope = self as unknown as { registration: ServiceWorkerRegistration };
    const [notification] = await scope.registration.getNotifications(tag ? { tag } : {});
    const { NotificationEvent } = globalThis as unknown as { NotificationEvent: new (type: string, init: object) => Event };
    self.dispatchEvent(Object.defineProperty(new NotificationEvent('notificationclick', { notification }), 'waitUntil', { value: () => undefined }));
  }, tag);
}

const PUSH = 'Notifications in this browser';

test('a follow reaches the browser as a notification, whose click leads on without loading the page anew', async () => {
  await stage.visit('alice', async (eye) => {
    const { page, context } = eye;
    const subscription = await standIn(eye);
    await context.grantPermissions(['notifications'], { origin: stage.base });
    await page.goto('/settings/notifications');
    await page.getByRole('switch', { name: PUSH }).click();
    await page.getByRole('switch', { name: PUSH, checked: true, disabled: false }).waitFor();
    const known = subscription();
    assert.ok(known, 'the browser has subscribed');
    const line = await context.newCDPSession(page);
    const registrationId = await registrationOf(line);

    const follow = await stage.world.as('bob').post('/api/v1/users/{id}/follow', { path: { id: template.ids.alice } });
    assert.equal(follow.status, 200);
    const [message] = await until('the push message', async () => {
      const messages = await service.messages(known);
      return messages.length ? messages : null;
    });
    assert.ok(message);
    await line.send('ServiceWorker.deliverPushMessage', { origin: stage.base, registrationId, data: JSON.stringify(message) });
    const [notification] = await until('the notification', async () => {
      const all = await shown(page);
      return all.length ? all : null;
    });
    assert.match(`${notification?.title} ${notification?.body}`, /bob/);
    assert.equal(notification?.tag, message['id']);

    await page.evaluate(() => { Object.assign(window, { stillHere: true }); });
    await click(context);
    await page.waitForURL(new URL(message['url'] ?? '', stage.base).href);
    assert.equal(await page.evaluate(() => 'stillHere' in window), true, 'the page was not loaded anew');
    assert.deepEqual(await shown(page), []);
  }, { withWorker: true, withWindow: true });
});

test('a message that nobody understands still shows something, and leads nowhere else', async () => {
  await stage.visit('bob', async ({ page, context }) => {
    await context.grantPermissions(['notifications'], { origin: stage.base });
    await page.goto('/dashboard');
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true));
    const line = await context.newCDPSession(page);
    const registrationId = await registrationOf(line);
    for (const data of ['no json', JSON.stringify({ id: 'x', title: 'Come here', url: 'https://evil.example/' })])
      await line.send('ServiceWorker.deliverPushMessage', { origin: stage.base, registrationId, data });
    await until('both notifications', async () => (await shown(page)).length === 2);
    await click(context, 'x');
    await page.waitForURL(`${stage.base}/notifications`);
    assert.equal(context.pages().length, 1);
  }, { withWorker: true, withWindow: true });
});

test('signing out takes the browser off the list; a browser that refuses says so', async () => {
  await stage.visit('carol', async (eye) => {
    const { page, context } = eye;
    await standIn(eye);
    await context.grantPermissions(['notifications'], { origin: stage.base });
    await page.goto('/settings/notifications');
    await page.getByRole('switch', { name: PUSH }).click();
    await page.getByRole('switch', { name: PUSH, checked: true, disabled: false }).waitFor();
    const count = () => stage.world.sql(`select count(*) from push_subscriptions where user_id = '${template.ids.carol}'`);
    assert.equal(await count(), '1');
    await signOut(page, 'carol');
    assert.equal(await count(), '0');
    assert.equal(await page.evaluate(async () => (await (await navigator.serviceWorker.ready).pushManager.getSubscription()) === null), true);
  }, { withWorker: true, withWindow: true });
  await stage.visit('dave', async ({ page }) => {
    await page.addInitScript(() => Object.defineProperty(Notification, 'permission', { get: () => 'denied' }));
    await page.goto('/settings/notifications');
    await page.getByText('This browser has been told to refuse.').waitFor();
    assert.ok(await page.getByRole('switch', { name: PUSH }).isDisabled());
  }, { withWorker: true, withWindow: true });
});
