/** Signing in and out as people do. */
import type { Page } from 'playwright-core';
import { codeOf } from '../../support/totp.ts';
import { emailOf, PASSWORD, template, type World } from '../../support/world.ts';

export async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** Signs in as the administrator, with the code of their app, which is sent when it is whole. */
export async function enterAsRoot(world: World, page: Page): Promise<void> {
  await world.sql(`update mfa_configs set last_step = 0 where user_id = '${template.ids.root}'`); /* the code of now may have been used */
  await page.goto('/login');
  await signIn(page, emailOf('root'), PASSWORD);
  await page.getByLabel('Code from your app').fill(codeOf(template.rootSecret));
  await page.getByRole('button', { name: 'Account of root' }).waitFor();
}

export async function signOut(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: `Account of ${name}` }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('link', { name: 'Sign in' }).first().waitFor();
  await page.waitForLoadState('networkidle'); /* what the page asks as a guest gives it a cookie; the next page has it from its beginning */
}
