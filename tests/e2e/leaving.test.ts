/** A session that ends, work that is not saved, and what one person leaves for the next. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { BrowserContext, Dialog, Page } from 'playwright-core';
import { emailOf, PASSWORD, template } from '../support/world.ts';
import { codeOf } from '../support/totp.ts';
import { wav } from '../support/media.ts';
import { until } from '../support/wait.ts';
import { Device, onlyByButton } from './support/authenticator.ts';
import { hearIt } from './support/ear.ts';
import { lookAt } from './support/look.ts';
import { enterAsRoot, signIn } from './support/people.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.startKnown('leaving');
const track = await stage.track('carol', 'Carol’s secret song', tones(20, 440), { is_public: 'false' });
await stage.world.sql(`update users set is_public = false where id = '${template.ids.carol}'`); /* she is not suggested to others */

/** What the browser says of requests that meet the end of a session, or carry the CSRF token of one that has just ended. */
const OVER = { expected: [/status of 40[13]/, /WebSocket connection .* failed/] };

/** Ends all sessions of this person, as they can from another device. */
const endSessions = (person: 'carol' | 'root') => stage.world.sql(
  `update sessions set revoked_at = now() where user_id = '${template.ids[person]}'`);

async function bio(page: Page): Promise<string> {
  return page.getByLabel('Bio').inputValue();
}

async function writeAndLoseTheSession(page: Page, person: 'carol' | 'root'): Promise<void> {
  await page.goto('/settings/profile');
  await page.getByLabel('Bio').fill('Written before the end.');
  /* The session ends while the change is on its way: earlier, some other request could meet the end first, and the dialog would cover the button. */
  let ended = false;
  await page.route('**/api/v1/users/*', async (route) => {
    if (route.request().method() === 'PUT' && !ended) {
      ended = true;
      await endSessions(person);
    }
    await route.continue();
  });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
}

test('a session that ends is opened again in place, and what was being saved is saved', async () => {
  await stage.visit('carol', async ({ page }) => {
    await writeAndLoseTheSession(page, 'carol');
    const dialog = page.getByRole('dialog');
    assert.equal(await dialog.getByLabel('E-mail').inputValue(), emailOf('carol'));
    await dialog.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    assert.equal(await bio(page), 'Written before the end.');
    assert.equal(await stage.world.sql(`select bio from users where id = '${template.ids.carol}'`), 'Written before the end.');
  }, OVER);
});

test('with a second factor, too', async () => {
  await stage.visit(null, async ({ page }) => {
    await enterAsRoot(stage.world, page);
    await writeAndLoseTheSession(page, 'root');
    await stage.world.sql(`update mfa_configs set last_step = 0 where user_id = '${template.ids.root}'`);
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await dialog.getByLabel('Code from your app').fill(codeOf(template.rootSecret));
    await page.getByText('Saved.', { exact: true }).waitFor();
    assert.equal(await bio(page), 'Written before the end.');
  }, OVER);
});

test('with a passkey, too', async () => {
  await stage.visit('carol', async ({ page }) => {
    await Device.plugInto(page);
    await onlyByButton(page);
    await page.goto('/settings/security');
    await page.getByRole('button', { name: 'Add a passkey' }).first().click();
    await page.getByRole('dialog').getByLabel('Current password').fill(PASSWORD);
    await page.getByRole('dialog').getByRole('button').last().click();
    await page.getByText(/is ready|added/i).first().waitFor();
    await writeAndLoseTheSession(page, 'carol');
    await page.getByRole('dialog').getByRole('button', { name: /passkey/i }).click();
    await page.getByText('Saved.', { exact: true }).waitFor();
    assert.equal(await bio(page), 'Written before the end.');
  }, OVER);
});

test('somebody else who signs in there gets a page of their own, and nothing of the first is sent', async () => {
  await stage.visit('carol', async ({ page, context }) => {
    await writeAndLoseTheSession(page, 'carol');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('E-mail').fill(emailOf('bob'));
    await dialog.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByRole('heading', { name: 'Hello, bob' }).waitFor();
    assert.equal(new URL(page.url()).pathname, '/dashboard');
    assert.deepEqual(await tracesOfCarol(page, context), []);
    assert.equal(await stage.world.sql(`select coalesce(bio, '') from users where id = '${template.ids.bob}'`), '');
  }, { ...OVER, withWorker: true }); /* its cache is one of the places */
});

/** Where this browser still knows of carol: the page, its storage and its caches. */
async function tracesOfCarol(page: Page, context: BrowserContext): Promise<string[]> {
  const words = ['carol', template.ids.carol, track.id, track.title];
  const found = await page.evaluate(async (words) => {
    const places: Record<string, string> = { page: document.documentElement.outerHTML, address: location.href, state: JSON.stringify(history.state) ?? '' };
    for (const [name, storage] of Object.entries({ localStorage, sessionStorage })) places[name] = JSON.stringify({ ...storage });
    places['databases'] = JSON.stringify(await indexedDB.databases());
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        places[`cache ${request.url}`] = `${request.url} ${/\.(js|css|woff2|png|svg)$/.test(request.url) ? '' : await (await cache.match(request))?.text()}`;
      }
    }
    return Object.entries(places).flatMap(([place, text]) => words.filter((word) => text.toLowerCase().includes(word.toLowerCase())).map((word) => `${word} in ${place}`));
  }, words);
  const state = await context.storageState({ indexedDB: true });
  const cookies = state.cookies.filter(({ name }) => name !== 'veza_browser');
  return [...found, ...words.filter((word) => JSON.stringify([state.origins, cookies]).includes(word)).map((word) => `${word} in the state of the browser`)];
}

test('one person signs out and another signs in: nothing of the first is left, and other tabs follow', async () => {
  await stage.visit('carol', async ({ page, context }) => {
    await page.goto('/library?q=secret');
    await page.getByRole('button', { name: `Play ${track.title}` }).first().click();
    await hearIt(page);
    await page.getByRole('link', { name: track.title }).first().click();
    await page.getByRole('heading', { name: track.title }).waitFor();
    const other = await context.newPage();
    await other.goto('/settings/profile');
    await other.getByLabel('Bio').waitFor();
    assert.notDeepEqual(await tracesOfCarol(page, context), [], 'the test sees traces while carol is there');
    await page.getByRole('button', { name: 'Account of carol' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    for (const tab of [page, other]) {
      await tab.getByRole('heading', { name: 'Hear it first.' }).waitFor();
      assert.equal(new URL(tab.url()).pathname + new URL(tab.url()).search, '/');
      assert.deepEqual(await tracesOfCarol(tab, context), []);
    }
    await page.getByRole('link', { name: 'Sign in' }).first().click();
    await signIn(page, emailOf('bob'), PASSWORD);
    await page.getByRole('heading', { name: 'Hello, bob' }).waitFor();
    await other.getByRole('button', { name: 'Account of bob' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Hello, bob' }).waitFor();
    for (const tab of [page, other]) assert.deepEqual(await tracesOfCarol(tab, context), []);
  }, { ...OVER, withWorker: true }); /* its cache is one of the places */
});

const discard = (page: Page) => page.getByRole('dialog', { name: 'Leave without saving?' });

test('unsaved work is guarded: settings tabs, the back button, signing out', async () => {
  await stage.visit('carol', async ({ page }) => {
    await page.goto('/dashboard');
    await page.getByRole('button', { name: 'Account of carol' }).click();
    await page.getByRole('menuitem', { name: 'Settings' }).click();
    await page.getByLabel('Bio').fill('Not saved yet.');
    const ways: [string, () => Promise<unknown>][] = [
      ['another tab of the settings', () => page.getByRole('link', { name: 'Language' }).first().click()],
      ['back', () => page.evaluate(() => history.back())],
      ['signing out', async () => {
        await page.getByRole('button', { name: 'Account of carol' }).click();
        await page.getByRole('menuitem', { name: 'Sign out' }).click();
      }],
    ];
    for (const [way, go] of ways) {
      await go();
      await discard(page).getByRole('button', { name: 'Keep editing' }).click();
      await discard(page).waitFor({ state: 'detached' });
      assert.equal(await bio(page), 'Not saved yet.', way);
      assert.equal(new URL(page.url()).pathname, '/settings/profile', way);
    }
    await page.getByRole('link', { name: 'Language' }).first().click();
    await discard(page).getByRole('button', { name: 'Discard' }).click();
    await page.waitForURL('**/settings/language');
  });
});

test('unsaved work is guarded: Escape, the backdrop and the cross of a dialog, and the back button', async () => {
  await stage.visit('carol', async ({ page }) => {
    await page.goto(`/track/${track.id}`);
    await page.getByRole('button', { name: /Edit/ }).first().click();
    const dialog = page.getByRole('dialog').first();
    await dialog.getByLabel('Artist').fill('Somebody');
    for (const close of [() => page.keyboard.press('Escape'), () => page.mouse.click(5, 5), () => dialog.getByRole('button', { name: 'Close' }).click(),
      () => page.evaluate(() => history.back())]) {
      await close();
      await discard(page).getByRole('button', { name: 'Keep editing' }).click();
      await discard(page).waitFor({ state: 'detached' });
      assert.equal(await dialog.getByLabel('Artist').inputValue(), 'Somebody');
    }
    await page.keyboard.press('Escape');
    await discard(page).getByRole('button', { name: 'Discard' }).click();
    await dialog.waitFor({ state: 'detached' });
  }, { expected: [/status of 404 .*\/track\//] }); /* the document of a private track is that of no track; its owner's page asks for more */
});

async function asksBeforeReload(page: Page): Promise<boolean> {
  const asked: Dialog[] = [];
  const answer = (dialog: Dialog) => {
    asked.push(dialog);
    void dialog.dismiss();
  };
  page.on('dialog', answer);
  await page.evaluate(() => setTimeout(() => location.reload(), 0));
  const seen = await until('the browser to ask', () => asked.length > 0, 5).catch(() => false);
  page.off('dialog', answer);
  return seen;
}

test('unsaved work is guarded: a reload with a changed form, or with files that were chosen', async () => {
  await stage.visit('carol', async ({ page }) => {
    await page.goto('/settings/profile');
    await page.getByLabel('Bio').fill('Not saved yet.');
    assert.ok(await asksBeforeReload(page));
    assert.equal(await bio(page), 'Not saved yet.');
    await page.getByRole('link', { name: 'Upload' }).first().click();
    await discard(page).getByRole('button', { name: 'Discard' }).click();
    await page.getByRole('heading', { name: 'Upload' }).waitFor(); /* the page before has inputs for files too */
    await page.locator('input[type=file]').first().setInputFiles({ name: 'draft.wav', mimeType: 'audio/wav', buffer: Buffer.from(wav(tones(1, 440))) });
    await page.getByLabel('Title').fill('A draft');
    await page.getByRole('link', { name: 'Your tracks' }).first().click();
    await page.getByRole('heading', { name: 'Your tracks' }).waitFor();
    await page.getByRole('link', { name: 'Upload' }).first().click();
    assert.equal(await page.getByLabel('Title').inputValue(), 'A draft', 'a draft stays while one looks around');
    assert.ok(await asksBeforeReload(page));
    assert.equal(await page.getByLabel('Title').inputValue(), 'A draft');
  });
});

lookAt(stage, [
  { name: 'session-ended', path: '/settings/profile', who: 'carol', inSight: true, alone: true, ...OVER, first: ({ page }) => writeAndLoseTheSession(page, 'carol') },
  { name: 'discard', path: '/settings/profile', who: 'carol', inSight: true, first: async ({ page }) => {
    await page.getByLabel('Bio').fill('Not saved yet.');
    await page.getByRole('link', { name: 'Language' }).first().click();
    await discard(page).waitFor();
  } },
]);
