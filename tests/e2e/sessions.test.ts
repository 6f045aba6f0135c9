/** Nobody is thrown out: the access token of every browser test lives for 20 seconds, and these tests outlive it on purpose. */
import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { BrowserContext, Page } from 'playwright-core';
import { full, isFull } from '../support/level.ts';
import { template } from '../support/world.ts';
import { until } from '../support/wait.ts';
import { settled, type Eye } from './support/browser.ts';
import { hear, hearIt } from './support/ear.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('sessions');
const track = await stage.track('carol', 'Nobody else’s', tones(90, 440), { is_public: 'false' });

const PAGES = [
  '/dashboard', '/discover', '/library', '/playlists', '/upload', '/notifications', '/developer', `/track/${track.id}`, '/u/carol',
  ...['profile', 'security', 'sessions', 'privacy', 'notifications', 'appearance', 'language', 'data'].map((tab) => `/settings/${tab}`),
];

async function cookiesOf(context: BrowserContext): Promise<Record<string, string>> {
  return Object.fromEntries((await context.cookies()).map(({ name, value }) => [name, value]));
}

/** Waits until the access token that the browser has now has run out. */
async function tokenToRunOut(cookies: Record<string, string>): Promise<void> {
  await until('the access token to run out', async () =>
    (await stage.world.visitor.get('/api/v1/auth/me', { as: { cookies } })).problem?.code === 'token_expired', 40, 500);
}

interface Renewal {
  status: number;
}

function renewalsIn(context: BrowserContext): Renewal[] {
  const seen: Renewal[] = [];
  context.on('response', (reply) => {
    if (reply.url().endsWith('/auth/refresh')) seen.push({ status: reply.status() });
  });
  return seen;
}

async function isCarol(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Account of carol' }).waitFor();
}

const WALK_S = isFull ? 60 : 25; /* three lives of a token, or one and a bit */

test('two tabs walk through all pages for longer than a token lives: the session is renewed once for both, and the music plays on', async () => {
  await stage.visit('carol', async (eye) => {
    const { page, context } = eye;
    const renewals = renewalsIn(context);
    await page.goto(`/track/${track.id}`);
    await page.getByRole('button', { name: `Play ${track.title}` }).first().click();
    await hearIt(page);
    const other = await context.newPage();
    const begun = Date.now();
    for (let i = 0; Date.now() - begun < WALK_S * 1000; i++) {
      const path = PAGES[i % PAGES.length]!;
      await other.goto(path);
      await settled({ page: other, asking: eye.asking });
      await isCarol(other);
      assert.equal(new URL(other.url()).pathname, path);
      await page.getByRole('link', { name: i % 2 ? 'Home' : 'Discover', exact: true }).first().click();
      await isCarol(page);
    }
    await hear(page, 'the private track go on', (now) => now.playing && now.left > 0.005 && now.position > WALK_S - 10);
    /* Every 15 seconds, and perhaps once or twice more where a page was left while it renewed; two tabs without a word between them would need 8 in a minute. */
    const least = Math.floor(WALK_S / 20);
    assert.ok(renewals.length >= least && renewals.length <= least + 2, `${renewals.length} renewals in ${WALK_S} s`);
    assert.deepEqual(renewals.map(({ status }) => status), renewals.map(() => 200));
  }, { expected: [/status of 404 .*\/track\//] }); /* the document of a private track is that of no track; its owner's page asks for more */
});

async function wakes({ page, context }: Eye, sleep: (until: () => Promise<void>) => Promise<void>): Promise<void> {
  await page.goto('/settings/profile');
  await page.getByLabel('Place').waitFor();
  const cookies = await cookiesOf(context);
  await sleep(() => tokenToRunOut(cookies));
  await page.getByLabel('Place').fill('Bergen');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('Saved.', { exact: true }).waitFor();
  await page.getByRole('link', { name: 'Your tracks' }).first().click();
  await page.getByRole('link', { name: track.title }).first().waitFor();
  await stage.world.as('dave').post('/api/v1/users/{id}/follow', { path: { id: template.ids.carol } });
  await page.getByRole('link', { name: 'Notifications, 1 new' }).first().waitFor();
  await stage.world.as('dave').delete('/api/v1/users/{id}/follow', { path: { id: template.ids.carol } });
  await stage.world.as('carol').delete('/api/v1/notifications');
}

full('a page that was frozen for longer than the token lives goes on as if nothing had been', async () => {
  await stage.visit('carol', (eye) => wakes(eye, async (time) => {
    const devtools = await eye.context.newCDPSession(eye.page);
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    await time();
    await devtools.send('Page.setWebLifecycleState', { state: 'active' });
  }), { expected: [/status of 401/] });
});

/** The processes of the browser that this test started. */
function browserProcesses(): number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const [, command, rest] = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? [];
      return [{ pid: Number(name), command, parent: Number(rest?.split(' ')[1]) }];
    } catch {
      return []; /* it has ended */
    }
  });
  const children = (of: number): typeof all => all.filter(({ parent }) => parent === of).flatMap((child) => [child, ...children(child.pid)]);
  return children(process.pid).filter(({ command }) => command?.startsWith('chrom')).map(({ pid }) => pid);
}

full('a browser that was stopped for longer than the token lives goes on as if nothing had been', async () => {
  await stage.visit('carol', (eye) => wakes(eye, async (time) => {
    const processes = browserProcesses();
    assert.ok(processes.length > 2, 'a browser is several processes');
    try {
      for (const pid of processes) process.kill(pid, 'SIGSTOP');
      await time();
    } finally {
      for (const pid of processes.reverse()) process.kill(pid, 'SIGCONT');
    }
  }), { expected: [/status of 401/] });
});

for (const [way, hours] of [['back', -1], ['ahead', 1]] as const) {
  (hours < 0 ? test : full)(`a clock that is set ${way} by an hour stops no renewal`, async () => {
    await stage.visit('carol', async ({ page, context }) => {
      const renewals = renewalsIn(context);
      await context.addInitScript(() => {
        const now = Date.now.bind(Date);
        Date.now = () => now() + Number(sessionStorage.getItem('shift') ?? 0);
      });
      await page.goto('/library');
      await page.getByRole('link', { name: track.title }).first().waitFor();
      const first = await cookiesOf(context);
      await page.evaluate((shift) => sessionStorage.setItem('shift', String(shift)), hours * 3_600_000);
      await tokenToRunOut(first);
      await until('a renewal', () => renewals.length > 0);
      if (isFull) await tokenToRunOut(await cookiesOf(context));
      await page.getByRole('link', { name: 'Home', exact: true }).first().click();
      await page.getByRole('link', { name: 'Your tracks' }).first().click();
      await page.getByRole('link', { name: track.title }).first().waitFor();
      await isCarol(page);
      assert.ok(renewals.length >= (isFull ? 2 : 1) && renewals.length <= 5, `${renewals.length} renewals`);
      assert.deepEqual(renewals.map(({ status }) => status), renewals.map(() => 200));
    });
  });
}
