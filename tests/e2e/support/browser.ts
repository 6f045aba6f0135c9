/** One headless Chromium a test file, and pages in it that notice everything that goes wrong. */
import { strict as assert } from 'node:assert';
import path from 'node:path';
import { after } from 'node:test';
import { chromium, type Browser, type BrowserContext, type Page, type Request } from 'playwright-core';
import { isFull } from '../../support/level.ts';
import { noteTicksBelow } from '../../support/ticks.ts';
import { until } from '../../support/wait.ts';
import { CHROMIUM, HEADLESS, SHOTS } from './places.ts';

/** Every page outlives several access tokens: what only works with the first one does not work. */
export const ACCESS_TOKEN_S = 20;

export type Theme = 'dark' | 'light';
export type Language = 'en' | 'fr' | 'es';

/** Whoever looks at a page: what they chose, and whether they are signed in. */
export interface Visit {
  /** Of the server that is visited. */
  base: string;
  /** Of `Stage.cookies`; none for a guest. */
  cookies?: Record<string, string> | undefined;
  theme?: Theme;
  language?: Language;
  width?: number;
  height?: number;
  /** Complaints of the browser that belong to the test, such as the 404 it asks for. */
  expected?: RegExp[];
  /** For code of the test's own (axe) that the page's policy would refuse. */
  bypassCsp?: boolean;
  /** With the service worker, whose installation takes nearly two seconds of a core in each new browser context. On the short level only those tests
   * have it whose promise needs it, on the full one all. */
  withWorker?: boolean;
  /** In a browser with windows, which alone has notifications; on the full level all are. */
  withWindow?: boolean;
  /** Visits of the same name are made one after another in one browser context, which stays until the file ends: what it has loaded it need not load and
   * compile again, which is half of a visit's cost. They share cookies and storage, so it is for pages that are only looked at. */
  kept?: string;
  /** In a new browser context, which has loaded nothing yet. On the full level all are; on the short one a visit has a context that another one has left,
   * without its cookies and storage, unless it wants its context itself (`Eye.context`). */
  fresh?: boolean;
}

export interface Eye {
  page: Page;
  context: BrowserContext;
  /** What the browser complained of so far. */
  complaints: string[];
  /** Requests under way, other than for sound. */
  asking: Set<Request>;
}

/** What Chromium does for itself. Each window of it, and each context has one, loaded two pages for suggestions below the address bar, though nobody sees
 * that bar: 0.8 s of a core. A second switch replaces the first one, so Playwright's own list is here too. */
const FEATURES_OFF = [
  'WebUIOmniboxPopup', 'WebUIOmniboxAimPopup',
  'AvoidUnnecessaryBeforeUnloadCheckSync', 'DestroyProfileOnBrowserClose', 'HttpsUpgrades', 'HttpsFirstBalancedModeAutoEnable', 'LensOverlay', 'MediaRouter',
  'PaintHolding', 'ThirdPartyStoragePartitioning', 'AvoidCorsURLLoaderRestartOnRedirect', 'OptimizationHints', 'NetworkTimeServiceQuerying', 'AimEnabled',
  'PreconnectToSearch',
];

const browsers = new Map<string, Promise<Browser>>();

type Listened = Omit<Eye, 'page'>;
const kept = new Map<string, Listened>();

/** Contexts that visits have left, by what cannot be changed of a context. Whatever they have loaded need not be loaded and compiled again. */
const left = new Map<string, Listened[]>();

export const isKept = (name: string | undefined) => name !== undefined && kept.has(name);

function launch(executablePath: string): Promise<Browser> {
  const browser = browsers.get(executablePath) ?? chromium.launch({
    executablePath, headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      '--autoplay-policy=no-user-gesture-required', `--disable-features=${FEATURES_OFF.join(',')}`],
  });
  browsers.set(executablePath, browser);
  return browser;
}

after(async () => {
  if (browsers.size) noteTicksBelow(/^\/usr\/lib\/chromium\//);
  for (const browser of browsers.values()) await (await browser).close();
});

function listen(context: BrowserContext): Listened {
  const complaints: string[] = [], asking = new Set<Request>();
  context.on('request', (request) => /\/(hls|play|logs)\b/.test(new URL(request.url()).pathname) || asking.add(request));
  context.on('requestfinished', (request) => asking.delete(request));
  context.on('requestfailed', (request) => asking.delete(request));
  context.on('console', (message) => {
    /* The page of something private answers 404 to everybody: who asks is not known before the app is there. */
    if (/status of 404/.test(message.text()) && /^\/(track|playlist|release)\/[^/]+$/.test(new URL(message.location().url || 'x:').pathname)) return;
    if (message.type() === 'error' || /Content Security Policy/i.test(message.text())) complaints.push(`console: ${message.text()} (${message.location().url})`);
  });
  context.on('serviceworker', (worker) => worker.on('console', (message) => message.type() === 'error' && complaints.push(`service worker: ${message.text()}`)));
  context.on('weberror', (error) => complaints.push(`error: ${error.error().stack ?? error.error().message}`));
  return { context, complaints, asking };
}

/** Cookies, and what is in the storage of the page before it opens. */
function stateOf({ base, cookies, theme = 'dark', language = 'en' }: Visit) {
  const renewal = JSON.stringify({ id: 'sign-in', at: Date.now(), life: ACCESS_TOKEN_S * 1000 });
  const chosen = { 'veza.theme': theme, 'veza.language': language, ...(cookies ? { 'veza.session': '1', 'veza.renewal': renewal } : {}) };
  return {
    cookies: Object.entries(cookies ?? {}).map(([name, value]) => ({
      name, value, domain: new URL(base).hostname, path: '/', expires: -1, httpOnly: true, secure: false, sameSite: 'Lax' as const,
    })),
    origins: [{ origin: base, localStorage: Object.entries(chosen).map(([name, value]) => ({ name, value })) }],
  };
}

async function open(who: Visit): Promise<BrowserContext> {
  const { base, language = 'en', width = 1280, height = 800, bypassCsp = false, withWorker = isFull, withWindow = isFull } = who;
  const context = await (await launch(withWindow ? CHROMIUM : HEADLESS)).newContext({
    viewport: { width, height }, locale: language, bypassCSP: bypassCsp, reducedMotion: 'no-preference', acceptDownloads: true, baseURL: base,
    ignoreHTTPSErrors: base.startsWith('https:'), /* of a test's own certificate */
    serviceWorkers: withWorker ? 'allow' : 'block',
    hasTouch: width < 600, isMobile: width < 600,
    storageState: stateOf(who),
  });
  context.setDefaultTimeout(15_000);
  /* The compiler that runs the tests marks functions with this helper, also those that are sent to the page. */
  await context.addInitScript('globalThis.__name = (value) => value');
  return context;
}

/** The key of contexts that this visit may have after another one, or null. */
function leftKey({ base, language = 'en', width = 1280, height = 800, bypassCsp = false, withWorker, withWindow, fresh, kept }: Visit): string | null {
  return isFull || withWorker || withWindow || fresh || kept ? null : [base, language, width, height, bypassCsp].join(' ');
}

async function takeLeft(who: Visit, key: string): Promise<Listened | undefined> {
  const listened = left.get(key)?.pop();
  await listened?.context.setStorageState(stateOf(who));
  return listened;
}

async function leave(key: string, listened: Listened): Promise<void> {
  for (const page of listened.context.pages()) await page.close();
  left.set(key, [...(left.get(key) ?? []), listened]);
}

/** Opens a page for somebody, lets `look` use it, and fails when the browser complained of anything that was not expected. */
export async function visit<T>(who: Visit, look: (eye: Eye) => Promise<T>): Promise<T> {
  const key = leftKey(who);
  const listened = (who.kept && kept.get(who.kept)) || (key && (await takeLeft(who, key))) || listen(await open(who));
  if (who.kept) kept.set(who.kept, listened);
  const { context, complaints, asking } = listened, page = await context.newPage();
  let isTouched = false, isFine = false;
  complaints.length = 0;
  asking.clear();
  try {
    const seen = await look({ page, get context() { isTouched = true; return context; }, complaints, asking });
    const wrong = complaints.filter((text) => !(who.expected ?? []).some((pattern) => pattern.test(text)));
    assert.deepEqual(wrong, [], 'the browser has nothing to complain of');
    isFine = true;
    return seen;
  } catch (error) {
    const file = path.join(SHOTS, `failed-${Date.now()}.png`);
    await page.screenshot({ path: file }).catch(() => undefined);
    const [what, ...where] = (error instanceof Error ? (error.stack ?? error.message) : String(error)).split('\n    at ');
    const more = [what, `at ${page.url()}, picture: ${path.basename(file)}`, ...complaints].join('\n  ');
    const told = new Error(more);
    told.stack = [more, ...where].join('\n    at ');
    throw told;
  } finally {
    if (key && isFine && !isTouched) await leave(key, listened);
    else await (who.kept ? page : context).close();
  }
}

/** The page is drawn and has been told all that it asked for. */
export async function settled({ page, asking }: Pick<Eye, 'page' | 'asking'>): Promise<void> {
  await page.locator('html[data-ready=true]').waitFor();
  await page.locator('h1').first().waitFor({ state: 'attached' });
  await until(`${page.url()} to be complete`, async () => {
    if (asking.size) return false;
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    return asking.size === 0;
  });
  await page.evaluate(() => document.fonts.ready.then(() => true));
}
