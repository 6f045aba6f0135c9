/** What a page offers to do with what it is about: buttons where there is room for them, a menu on phones. */
import type { Page } from 'playwright-core';

export async function choose(page: Page, name: string): Promise<void> {
  const main = page.getByRole('main');
  if (page.viewportSize()!.width >= 640) {
    await main.getByRole('button', { name, exact: true }).first().click();
    return;
  }
  await main.getByRole('button', { name: /^Tools for/ }).first().click();
  await page.getByRole('menuitem', { name, exact: true }).click();
}
