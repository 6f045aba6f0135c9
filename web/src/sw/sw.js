/* The service worker: the shell opens without a network, and push messages become notifications. It never answers for /api, /hls or /rest,
 * whose answers are the server's to cache, nor for the frames below /embed, which are no part of the app. The build fills in the
 * version, the list of shell files, and those of the pages' texts, of which only one language is fetched at once. */

const VERSION = '__VERSION__';
const SHELL = ['__SHELL__'];
const TEXTS = { en: ['__TEXTS__'] };
const CACHE = `veza-${VERSION}`;

/** The first of the browser's languages that there are texts in. Of a language that was chosen in the app, what was shown is kept. */
const language = self.navigator.languages.map((tag) => tag.split('-')[0]).find((tag) => tag in TEXTS) ?? 'en';

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([...SHELL, ...TEXTS[language]])));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((n) => n.startsWith('veza-') && n !== CACHE).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  );
});

async function page(request) {
  try {
    return await fetch(request);
  } catch {
    const cache = await caches.open(CACHE);
    return (await cache.match('/')) ?? (await cache.match('/offline.html'));
  }
}

async function asset(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept) return kept;
  const fresh = await fetch(request);
  if (fresh.ok && new URL(request.url).pathname.startsWith('/assets/')) await cache.put(request, fresh.clone());
  return fresh;
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (/^\/(api|hls|rest|embed|docs|metrics|health)/.test(url.pathname)) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else if (url.pathname.startsWith('/assets/') || SHELL.includes(url.pathname)) event.respondWith(asset(request));
});

/* The payload is what the server wrote for this person: {id, type, title, body, url, icon}. One that cannot be read still shows
 * something, since a browser takes a silent push amiss. */
function told(event) {
  try {
    const { id, title, body, url, icon } = event.data.json();
    return { title: String(title || 'Veza'), options: { body: body ? String(body) : '', tag: id, icon: icon || '/icons/icon-192.png', data: { url } } };
  } catch {
    return { title: 'Veza', options: { icon: '/icons/icon-192.png', data: { url: '/notifications' } } };
  }
}

self.addEventListener('push', (event) => {
  const { title, options } = told(event);
  event.waitUntil(self.registration.showNotification(title, { badge: '/icons/icon-192.png', ...options }));
});

/* Only to pages of ours, whatever the message says. */
function target(url) {
  try {
    const address = new URL(url, self.location.origin);
    return address.origin === self.location.origin ? address.pathname + address.search + address.hash : '/notifications';
  } catch {
    return '/notifications';
  }
}

/* A page that is open goes there by itself, so that its music plays on. */
async function open(path) {
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const page = pages.find((one) => one.focused) ?? pages.find((one) => one.visibilityState === 'visible') ?? pages[0];
  if (!page) return self.clients.openWindow(path);
  page.postMessage({ type: 'open', path });
  return page.focus().catch(() => undefined); /* the browser may not let it come forward */
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(target(event.notification.data?.url ?? '/notifications')));
});

/* The browser moved the subscription: the server is told if a session is open, else by the next page (lib/push/device.ts). */
async function renew({ oldSubscription, newSubscription }) {
  const key = oldSubscription?.options.applicationServerKey;
  const fresh = newSubscription ?? (key && (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key })));
  if (!fresh) return;
  const { csrf_token } = await (await fetch('/api/v1/csrf-token')).json();
  const { endpoint, keys } = fresh.toJSON();
  await fetch('/api/v1/notifications/push/subscribe', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf_token },
    body: JSON.stringify({ endpoint, keys }),
  });
}

self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(renew(event)));
