/* Push messages to this browser: asking for them, giving them up, and keeping the server's address of us right. */

import { getPushKey } from '@/lib/api/push/key';
import { subscribePush } from '@/lib/api/push/subscribe';
import { unsubscribePush } from '@/lib/api/push/unsubscribe';
import { rememberTold, toldServer } from './memory';

export type PushState = 'unsupported' | 'denied' | 'off' | 'on';

const supported = () => 'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis;

const PATIENCE_MS = 3000;

/** The service worker, which a first visit is still fetching; undefined where there is none to come. */
async function registration(): Promise<ServiceWorkerRegistration | undefined> {
  if (!supported()) return undefined;
  const found = await navigator.serviceWorker.getRegistration();
  if (found?.active) return found;
  return Promise.race([navigator.serviceWorker.ready, new Promise<undefined>((resolve) => setTimeout(resolve, PATIENCE_MS))]);
}

const subscription = async () => (await (await registration())?.pushManager.getSubscription()) ?? null;

/** How things are for this person in this browser. */
export async function pushState(user: string): Promise<PushState> {
  if (!(await registration())) return 'unsupported';
  if (Notification.permission === 'denied') return 'denied';
  const found = await subscription();
  return found && toldServer()?.user === user && Notification.permission === 'granted' ? 'on' : 'off';
}

export function keyBytes(base64url: string): Uint8Array<ArrayBuffer> {
  const binary = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

async function tell(user: string, found: PushSubscription): Promise<void> {
  const { endpoint, keys } = found.toJSON();
  await subscribePush({ endpoint: endpoint ?? '', keys: { p256dh: keys?.['p256dh'] ?? '', auth: keys?.['auth'] ?? '' } });
  rememberTold({ user, endpoint: found.endpoint });
}

/** Asks the person, the browser and the server, in this order. Returns how things are then. */
export async function switchPushOn(user: string): Promise<PushState> {
  const ours = await registration();
  if (!ours) return 'unsupported';
  if ((await Notification.requestPermission()) !== 'granted') return pushState(user);
  const applicationServerKey = keyBytes((await getPushKey()).public_key);
  const found = await ours.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  await tell(user, found);
  return 'on';
}

/** The browser gives its subscription up; the server hears of it while there is a session, and else by the push service's refusal. */
export async function switchPushOff({ signedIn = true } = {}): Promise<void> {
  const told = toldServer();
  rememberTold(null);
  const found = await subscription();
  const endpoint = found?.endpoint ?? told?.endpoint;
  if (signedIn && endpoint) await unsubscribePush(endpoint).catch(() => undefined);
  await found?.unsubscribe();
}

/** At the start: browsers change addresses, and people share browsers. */
export async function renewPush(user: string): Promise<void> {
  const told = toldServer();
  const found = await subscription();
  if (!told) return;
  if (told.user !== user) await switchPushOff({ signedIn: false });
  else if (found && found.endpoint !== told.endpoint) await tell(user, found);
  else if (!found) rememberTold(null);
}
