/** Signing in with an account elsewhere: a real OpenID provider with its own pages, in a real browser. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { CLIENT } from '../support/issuer.ts';
import { startProvider } from '../support/oidc-provider.ts';
import { signOut } from './support/people.ts';
import { Stage } from './support/stage.ts';

let house = '';
const stage = await Stage.startKnown('oauth', async (base) => {
  house = await startProvider(`${base}/api/v1/auth/oauth/house/callback`);
  return {
    OAUTH_PROVIDERS: 'oidc:house', OAUTH_HOUSE_LABEL: 'The house', OAUTH_HOUSE_CLIENT_ID: CLIENT.id, OAUTH_HOUSE_CLIENT_SECRET: CLIENT.secret,
    OAUTH_HOUSE_ISSUER: house, OUTGOING_ALLOW_PRIVATE: 'true',
  };
});

/** The provider's own pages. */
async function agree(page: Page, name: string): Promise<void> {
  await page.waitForURL(`${house}/interaction/*`);
  if (await page.locator('input[name=login]').count()) {
    await page.locator('input[name=login]').fill(name);
    await page.locator('input[name=password]').fill('x');
    await page.locator('button[type=submit]').click();
    await page.locator('input[name=login]').waitFor({ state: 'detached' });
  }
  await page.locator('button[type=submit]').click();
}

/** What the provider's pages, which are not ours, miss. */
const elsewhere = { expected: [/127\.0\.0\.1/, /fonts\.googleapis/] };

test('one comes back signed in, to where one wanted to go, and knows the way the next time', async () => {
  await stage.visit(null, async ({ page }) => {
    await page.goto('/library?sort=title');
    await page.getByRole('link', { name: 'Go on with The house' }).click();
    await agree(page, 'newcomer');
    await page.waitForURL(`${stage.base}/library?sort=title`);
    await page.getByRole('button', { name: 'Account of newcomer' }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Account of newcomer' }).waitFor();

    await page.goto('/settings/security');
    await page.getByText('newcomer@example.net').last().waitFor();
    await page.getByRole('button', { name: 'Disconnect The house' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
    await page.getByText(/^You would have no way to sign in left/).waitFor();
    await signOut(page, 'newcomer');

    await page.goto('/login?next=%2Fsettings%2Fsecurity');
    await page.getByRole('link', { name: 'Go on with The house' }).click(); /* which knows both of them by now */
    await page.getByText('Signed in with The house').first().waitFor();
  }, { expected: [...elsewhere.expected, /oauth\/connections/] });
});

test('whoever says no over there is told so here', async () => {
  await stage.visit(null, async ({ page }) => {
    await page.goto('/login');
    await page.getByRole('link', { name: 'Go on with The house' }).click();
    await page.waitForURL(`${house}/interaction/*`);
    await page.getByRole('link', { name: /cancel/i }).click();
    await page.waitForURL(`${stage.base}/login?oauth_error=*`);
    assert.ok((await page.getByRole('alert').innerText()).length > 10);
  }, elsewhere);
});

test('an account here is connected with one over there, and disconnected', async () => {
  await stage.visit('alice', async ({ page }) => {
    await page.goto('/settings/security');
    await page.getByRole('link', { name: 'Connect The house' }).click();
    await agree(page, 'alice-elsewhere');
    await page.waitForURL(`${stage.base}/settings/security`);
    await page.getByText('alice-elsewhere@example.net').waitFor();
    await page.getByRole('button', { name: 'Disconnect The house' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click();
    await page.getByText('The house is disconnected.', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Connect The house' }).waitFor();
  }, elsewhere);
});
