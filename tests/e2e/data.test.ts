/** Taking one's data along, and leaving for good, or not after all. */
import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { makeSound } from '../support/media.ts';
import { emailOf, PASSWORD } from '../support/world.ts';
import { signIn } from './support/people.ts';
import { Stage } from './support/stage.ts';

const stage = await Stage.start('data');
const track = await stage.track('carol', 'Take me along', makeSound(3, { seed: 7 }));

test('an archive of everything is made while one watches, and opens', async () => {
  await stage.visit('carol', async ({ page }) => {
    await page.goto('/settings/data');
    await page.getByRole('button', { name: 'Make an archive' }).click();
    const link = page.getByRole('link', { name: /Download the archive/ });
    await link.waitFor({ timeout: 60_000 });
    await page.getByText(/Ready until/).waitFor();
    const download = page.waitForEvent('download');
    await link.click();
    const file = await (await download).path();
    assert.match((await download).suggestedFilename(), /^veza-carol-[\d-]+\.zip$/);
    execFileSync('unzip', ['-tq', file]);
    const names = execFileSync('unzip', ['-Z1', file], { encoding: 'utf8' }).split('\n');
    for (const name of ['manifest.json', 'data/profile.json', 'data/tracks.json', `files/tracks/${track.id}/original.wav`]) assert.ok(names.includes(name), name);
    await page.reload();
    await link.waitFor();
  });
});

test('an account that is deleted is gone for others at once, says so to its owner, and can be kept', async () => {
  await stage.visit('carol', async ({ page }) => {
    await page.goto('/settings/data');
    await page.getByRole('heading', { name: 'What stays' }).waitFor();
    await page.getByRole('button', { name: 'Delete the account' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Current password').fill('not it');
    await dialog.getByRole('button', { name: 'Delete the account' }).click();
    await dialog.getByText('This is not your password.').waitFor();
    await dialog.getByLabel('Current password').fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Delete the account' }).click();
    await page.getByText(/^Your account is hidden and will be deleted on/).waitFor();
    await page.getByRole('link', { name: 'Sign in' }).first().waitFor();

    await page.goto('/u/carol');
    await page.getByRole('heading', { name: 'Nobody here is called carol' }).waitFor();
    await page.goto('/login');
    await signIn(page, emailOf('carol'), PASSWORD);
    const notice = page.getByRole('region', { name: 'Your account is leaving' });
    await notice.getByText(/Your account will be deleted on/).waitFor();
    await page.goto('/discover');
    await notice.getByRole('button', { name: 'Keep it' }).click();
    await page.getByText(/^Your account stays/).waitFor();
    await notice.waitFor({ state: 'detached' });
    await page.goto('/u/carol');
    await page.getByText('Take me along').first().waitFor();
  }, { expected: [/users\/me/, /by-username/, /404 .*\/u\/carol/] });
});
