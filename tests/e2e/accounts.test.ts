/** Registering, signing in and out, and finding the way back. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { full } from '../support/level.ts';
import { emailOf, PASSWORD } from '../support/world.ts';
import { settled } from './support/browser.ts';
import { signIn, signOut } from './support/people.ts';
import { Stage } from './support/stage.ts';

const stage = await Stage.start('accounts');

test('the link in the mail confirms the address, once', async () => {
  await stage.visit(null, async ({ page }) => {
    await page.goto('/register');
    await page.getByLabel('Name on Veza').fill('wren');
    await page.getByRole('img', { name: 'This name is free' }).waitFor();
    await page.getByLabel('E-mail').fill('wren@example.org');
    await page.getByLabel('Password', { exact: true }).fill('a song before dawn');
    await page.getByRole('button', { name: 'Make my account' }).click();
    await page.getByText('We sent a link to wren@example.org').waitFor();
    await page.goto('/dashboard');
    await page.getByText('Your e-mail address is not confirmed yet.').waitFor();
    const link = await stage.mailedLink('wren@example.org', /\/verify-email\?token=[\w.~-]+/);
    await page.goto(link);
    await page.getByRole('heading', { name: 'Confirmed. Welcome, wren' }).waitFor();
    await page.getByRole('link', { name: 'Go on' }).click();
    await page.getByRole('heading', { name: 'Hello, wren' }).waitFor();
    await page.getByText('Your e-mail address is not confirmed yet.').waitFor({ state: 'hidden' });
    await page.goto(link);
    await page.getByRole('heading', { name: 'This link no longer works' }).waitFor();
  }, { expected: [/verify-email/, /status of 4\d\d/] });
});

test('a name that is taken is told before the form is sent', async () => {
  await stage.visit(null, async ({ page }) => {
    await page.goto('/register');
    await page.getByLabel('Name on Veza').fill('Carol');
    await page.getByText('This name is taken.').waitFor();
  });
});

test('a guest is sent to sign in and comes back to where they wanted to go', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    await page.goto('/library?sort=title');
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    await signIn(page, emailOf('carol'), PASSWORD);
    await page.getByRole('heading', { name: 'Your tracks' }).waitFor();
    assert.equal(new URL(page.url()).pathname + new URL(page.url()).search, '/library?sort=title');
    await page.reload();
    await settled({ page, asking });
    await page.getByRole('heading', { name: 'Your tracks' }).waitFor();
    await signOut(page, 'carol');
    await page.goto('/dashboard');
    await page.getByRole('heading', { name: 'Welcome back' }).waitFor();
    const cookies = (await page.context().cookies()).map((cookie) => cookie.name);
    assert.deepEqual(cookies.filter((name) => name.startsWith('veza_')), ['veza_browser'], 'nothing of the session is left, only that the browser is known');
  });
});

test('an address outside of Veza is no way back', async () => {
  await stage.visit(null, async ({ page }) => {
    await page.goto('/login?next=https%3A%2F%2Fevil.example%2F');
    await signIn(page, emailOf('bob'), PASSWORD);
    await page.getByRole('heading', { name: 'Hello, bob' }).waitFor();
    assert.equal(new URL(page.url()).origin, stage.base);
  });
});

for (const [language, email, password, submit, message] of [
  ['en', 'E-mail', 'Password', 'Sign in', 'E-mail and password do not match. Check both and try again.'],
  ['fr', 'E-mail', 'Mot de passe', 'Se connecter', 'L’e-mail et le mot de passe ne correspondent pas. Vérifiez les deux.'],
  ['es', /correo/i, 'Contraseña', /entrar|iniciar/i, /contraseña no coinciden/],
] as const) {
  const told = language === 'fr' ? test : full; /* by their words the other languages are the same; English is what the other tests read */
  told(`a wrong password is told in ${language}, and the same for an account that does not exist`, async () => {
    await stage.visit(null, async ({ page }) => {
      await page.goto('/login');
      assert.equal(await page.locator('html').getAttribute('lang'), language);
      for (const who of [emailOf('alice'), 'nobody@example.org']) {
        await page.getByLabel(email).fill(who);
        await page.getByLabel(password, { exact: true }).fill('not the password');
        await page.locator('form').getByRole('button', { name: submit }).click();
        await page.getByText(message).waitFor();
        await page.reload();
      }
    }, { language, expected: [/status of 401/] });
  });
}
