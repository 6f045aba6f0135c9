/** What a page offers to do with what it is about: buttons where there is room for them, a menu on phones and for what is seldom wanted. */
import type { Page } from 'playwright-core';

export const RARE = ['Links', 'M3U8, for players', 'JSPF (JSON)', 'XSPF', 'CSV, for spreadsheets', 'Statistics', 'History', 'Feature', 'Delete'];

export async function choose(page: Page, name: string): Promise<void> {
  const main = page.getByRole('main');
  if (page.viewportSize()!.width >= 640 && !RARE.includes(name)) {
    await main.getByRole('button', { name, exact: true }).first().click();
    return;
  }
  await main.getByRole('button', { name: /^Tools for/ }).first().click();
  await page.getByRole('menuitem', { name, exact: true }).click();
}
