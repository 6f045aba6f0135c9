/** Ways to sign in, as their owner sets them up, uses them and takes them away: passkeys, a second factor, keys for programs. */
import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { codeOf } from '../support/totp.ts';
import { emailOf, PASSWORD } from '../support/world.ts';
import { Device, onlyByButton } from './support/authenticator.ts';
import { settled } from './support/browser.ts';
import { signIn, signOut } from './support/people.ts';
import { Stage } from './support/stage.ts';

const stage = await Stage.startKnown('security');

async function addPasskey(page: Page, name: string): Promise<void> {
  await page.goto('/settings/security');
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByLabel('Name of the passkey').fill(name);
  await page.getByRole('dialog').getByLabel('Current password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Make a passkey' }).click();
}

const row = (page: Page, name: string) => page.getByRole('main').getByRole('listitem').filter({ hasText: name });

test('a passkey is made, signs in without a password, gets another name, and is gone when deleted', async () => {
  await stage.visit('alice', async ({ page }) => {
    const device = await Device.plugInto(page);
    await onlyByButton(page);
    await addPasskey(page, 'Alice’s laptop');
    await row(page, 'Alice’s laptop').getByText('Not used yet').waitFor();
    const [made] = await device.passkeys();
    assert.equal(made?.rpId, 'localhost');
    assert.equal(made.isResidentCredential, true, 'it is found without a name being typed');

    await signOut(page, 'alice');
    await page.goto('/login?next=%2Fsettings%2Fsecurity');
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await row(page, 'Alice’s laptop').getByText('Last used').waitFor();
    await page.getByText('Signed in by passkey').waitFor();

    await page.getByRole('button', { name: 'Rename Alice’s laptop' }).click();
    await page.getByRole('textbox', { name: 'Name of the passkey' }).fill('The old one');
    await page.keyboard.press('Enter');
    await row(page, 'The old one').waitFor();
    await page.reload();
    await page.getByRole('button', { name: 'Delete The old one' }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await page.getByText('“The old one” is deleted.', { exact: true }).waitFor();

    await signOut(page, 'alice');
    await page.goto('/login');
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByText('This passkey was not accepted.').waitFor();
  }, { expected: [/passkeys\/login\/finish/] });
});

test('a device that does not recognise its owner makes no passkey and opens nothing', async () => {
  await stage.visit('bob', async ({ page }) => {
    const device = await Device.plugInto(page);
    await onlyByButton(page);
    await device.recognise(false);
    await addPasskey(page, 'Nobody’s');
    await page.getByText('No passkey was made').waitFor();
    assert.deepEqual(await device.passkeys(), []);

    await device.recognise(true);
    await page.getByRole('dialog').getByLabel('Current password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Make a passkey' }).click();
    await row(page, 'Nobody’s').waitFor();
    await device.recognise(false);
    await signOut(page, 'bob');
    await page.goto('/login');
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.getByText('No passkey was used.').waitFor();
    await page.goto('/dashboard');
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
  });
});

test('a passkey is offered where one would type the address', async () => {
  await stage.visit('mia', async ({ page }) => {
    const device = await Device.plugInto(page);
    await addPasskey(page, 'Mia’s phone');
    await row(page, 'Mia’s phone').waitFor();
    await device.touch(false);
    await signOut(page, 'mia');
    await page.goto('/login?next=%2Flibrary');
    assert.match((await page.getByLabel('E-mail').getAttribute('autocomplete')) ?? '', /\bwebauthn\b/);
    await device.touch(true);
    await page.reload();
    await page.getByRole('heading', { name: 'Your tracks' }).waitFor();
  });
});

/** Switches the second factor on and returns its secret and the recovery codes. */
async function setUp(page: Page): Promise<{ secret: string; codes: string[] }> {
  await page.goto('/settings/security');
  await page.getByText('Only your password stands between').waitFor();
  await page.getByRole('button', { name: 'Set it up' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Current password').fill('not it');
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await dialog.getByText('This is not your password.').waitFor();
  await dialog.getByLabel('Current password').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Go on' }).click();
  const picture = dialog.getByRole('img', { name: /QR code/ });
  await picture.waitFor();
  assert.ok(await picture.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth > 0)), 'the QR code is a picture');
  const secret = (await dialog.getByRole('group', { name: 'Secret for your app' }).innerText()).replace(/\s/g, '');
  await dialog.getByLabel('Code from your app').fill('000000');
  await dialog.getByText('This code does not fit.').waitFor();
  await dialog.getByLabel('Code from your app').fill(codeOf(secret));
  await dialog.getByRole('list', { name: 'Recovery codes' }).waitFor();
  const codes = await dialog.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').allInnerTexts();
  assert.equal(new Set(codes).size, 10);
  await page.keyboard.press('Escape');
  assert.ok(await dialog.isVisible(), 'the codes do not go away by a slip');
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Save as a file' }).click();
  const saved = readFileSync(await (await download).path(), 'utf8');
  for (const code of codes) assert.ok(saved.includes(code), code);
  await dialog.getByRole('button', { name: 'I have kept them' }).click();
  await page.getByText('Two-step sign-in is on').waitFor();
  await page.getByText('10 recovery codes left').waitFor();
  return { secret, codes };
}

test('a second factor is set up, asked for, replaced by a recovery code once, and switched off with both', async () => {
  await stage.visit('dave', async ({ page }) => {
    const { secret, codes } = await setUp(page);
    await signOut(page, 'dave');
    await page.goto('/login?next=%2Flibrary');
    await signIn(page, emailOf('dave'), PASSWORD);
    await page.getByLabel('Code from your app').fill(codeOf(secret, 1));
    await page.getByRole('heading', { name: 'Your tracks' }).waitFor();

    await signOut(page, 'dave');
    await page.goto('/login?next=%2Fsettings%2Fsecurity');
    await signIn(page, emailOf('dave'), PASSWORD);
    await page.getByRole('button', { name: 'Use a recovery code instead' }).click();
    await page.getByLabel('Recovery code').fill(codes[0]!);
    await page.getByText('9 recovery codes left').waitFor();
    await page.getByText('Signed in by password and recovery code').waitFor();

    await page.getByRole('button', { name: 'Switch it off' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Code from your app, or a recovery code').fill(codes[0]!);
    await dialog.getByLabel('Current password').fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Switch it off' }).click();
    await dialog.getByText('This code does not fit.').waitFor();
    await dialog.getByLabel('Code from your app, or a recovery code').fill(codes[1]!);
    await dialog.getByRole('button', { name: 'Switch it off' }).click();
    await page.getByText('Only your password stands between').waitFor();
  }, { expected: [/2fa\/(setup|verify|disable)/] });
});

test('a session that has not proven its passkey does so before another factor is added, and before the passkey is deleted', async () => {
  await stage.visit('alice', async ({ page }) => {
    await Device.plugInto(page);
    await onlyByButton(page);
    await addPasskey(page, 'Key of the house');
    await row(page, 'Key of the house').waitFor();
    const question = page.getByRole('dialog', { name: 'Is it you?' });

    await page.getByRole('button', { name: 'Delete Key of the house' }).click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await question.getByRole('button', { name: 'Close' }).click();
    await row(page, 'Key of the house').waitFor();
    await page.waitForFunction(() => !(history.state as { overlays?: number } | null)?.overlays); /* what the dialogs put into the history is gone */

    await page.reload();
    await page.getByRole('button', { name: 'Set it up' }).click();
    await page.getByRole('dialog').getByLabel('Current password').fill(PASSWORD);
    await page.getByRole('dialog').getByRole('button', { name: 'Go on' }).click();
    await question.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByRole('img', { name: /QR code/ }).waitFor();
    await question.waitFor({ state: 'detached' });
  }, { expected: [/status of 403/] });
});

test('somebody who was not let in is in the history', async () => {
  await stage.visit(null, async ({ page }) => {
    await page.goto('/login');
    await signIn(page, emailOf('carol'), 'not the password');
    await page.getByText('E-mail and password do not match.').waitFor();
    await signIn(page, emailOf('carol'), PASSWORD);
    await page.getByRole('heading', { name: 'Hello, carol' }).waitFor();
    await page.goto('/settings/security');
    await page.getByText('Refused by password').waitFor();
    await page.getByText('Signed in by password').first().waitFor();
  }, { expected: [/status of 401/] });
});

test('a key is shown once, does what it may and no more, and stops when it is deleted', async () => {
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    const ask = (method: string, path: string, key: string) => fetch(`${stage.base}/api/v1${path}`, { method, headers: { authorization: `Bearer ${key}` } });
    await page.goto('/developer');
    await page.getByRole('heading', { name: 'No keys yet' }).waitFor();
    await page.getByRole('button', { name: 'New key' }).click();
    await page.getByRole('button', { name: 'Make the key' }).click();
    await page.getByText('This is needed.').waitFor();
    await page.getByLabel('What it is for').fill('Nightly uploads');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const key = (await page.getByRole('group', { name: 'API key', exact: true }).innerText()).trim();
    assert.match(await page.getByRole('group', { name: 'A first call' }).innerText(), new RegExp(`Authorization: Bearer ${key}`));
    assert.equal((await ask('GET', '/tracks?mine=true', key)).status, 200);
    assert.equal((await ask('DELETE', `/tracks/${crypto.randomUUID()}`, key)).status, 403);
    await page.getByRole('button', { name: 'I have copied it' }).click();
    await page.reload();
    await settled(eye);
    const line = row(page, 'Nightly uploads');
    await line.getByText('Last used').waitFor();
    assert.ok(!(await page.content()).includes(key), 'the key is not shown again');
    await page.getByRole('button', { name: 'Delete Nightly uploads' }).click();
    await page.getByRole('button', { name: 'Delete the key' }).click();
    await page.getByRole('heading', { name: 'No keys yet' }).waitFor();
    assert.equal((await ask('GET', '/tracks?mine=true', key)).status, 401);
  });
});

test('a key that is made long after signing in asks for the password first', async () => {
  await stage.visit('carol', async ({ page }) => {
    await page.goto('/developer');
    await stage.world.sql(`update sessions set created_at = now() - interval '11 minutes'`);
    await page.getByRole('button', { name: 'New key' }).first().click();
    await page.getByLabel('What it is for').fill('Late');
    await page.getByRole('button', { name: 'Make the key' }).click();
    const question = page.getByRole('dialog', { name: 'Is it you?' });
    await question.getByLabel('Current password').fill('not it');
    await question.getByRole('button', { name: 'Go on' }).click();
    await question.getByText('This is not your password.').waitFor();
    await question.getByLabel('Current password').fill(PASSWORD);
    await question.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('group', { name: 'API key', exact: true }).waitFor();
    await page.getByRole('button', { name: 'I have copied it' }).click();

    await page.goto('/settings/security');
    await page.getByText('Programs that sign in by a key: Late').waitFor();
    await page.getByRole('checkbox', { name: 'Delete my API keys as well' }).check();
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByLabel('New password').fill('another good one');
    await page.getByRole('button', { name: 'Change the password' }).click();
    await page.getByText('Your password is new. All other sessions have ended.', { exact: true }).waitFor();
    await page.goto('/developer');
    await page.getByRole('heading', { name: 'No keys yet' }).waitFor();
  }, { expected: [/status of 403/] });
});
