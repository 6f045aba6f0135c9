/** Lyrics: written as text, given times while the track plays, and followed while it is heard. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { until } from '../support/wait.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('lyrics');
const track = await stage.track('carol', 'Sung', tones(60, 440));

test('a creator writes lyrics, sets the time of each line while listening, and listeners follow and jump by them', async () => {
  await stage.visit('carol', async ({ page }) => {
    await page.goto(`/track/${track.id}`);
    await page.getByRole('button', { name: 'Add lyrics' }).click();
    const dialog = page.getByRole('dialog', { name: 'Lyrics' });
    await dialog.getByLabel('Text').fill('First line\nSecond line\n\nLast line');
    await dialog.getByRole('button', { name: 'Set times…' }).click();
    const stamp = dialog.getByRole('button', { name: 'The marked line begins now' });
    assert.ok(await stamp.isDisabled(), 'not before the track is there');
    await dialog.getByRole('button', { name: 'Play' }).click();
    await until('the button', async () => stamp.isEnabled());
    for (let line = 1; line <= 4; line++) {
      const before = await dialog.getByRole('listitem').nth(line - 1).textContent();
      await page.waitForTimeout(1200);
      if (line === 1) await stamp.click();
      else await page.keyboard.press('Enter');
      await until(`the time of line ${line}`, async () => (await dialog.getByRole('listitem').nth(line - 1).textContent()) !== before);
    }
    await dialog.getByRole('button', { name: 'One line back' }).click();
    await page.waitForTimeout(800);
    await stamp.click();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('list', { name: 'Lyrics' }).getByRole('button', { name: 'Last line' }).waitFor();
  });
  const { lines, is_synced } = (await stage.world.visitor.get('/api/v1/tracks/{id}/lyrics', { path: { id: track.id } })).body;
  assert.ok(is_synced);
  assert.deepEqual(lines.map(({ text }) => text), ['First line', 'Second line', '', 'Last line']);
  for (let i = 1; i < lines.length; i++) assert.ok(lines[i]!.at_ms! - lines[i - 1]!.at_ms! > 900, JSON.stringify(lines));

  await stage.world.as('carol').put('/api/v1/tracks/{id}/lyrics', { path: { id: track.id }, body: { content: '[00:00.10]At the beginning\n[00:20.00]<00:20.00>Far <00:50.00>on' } });
  await stage.visit(null, async ({ page }) => {
    await page.goto(`/track/${track.id}`);
    await page.getByRole('button', { name: 'Far on' }).click();
    await until('the line to be sung', async () => (await page.locator('ol[aria-label="Lyrics"] li[aria-current]').textContent()) === 'Far on');
    await page.getByRole('button', { name: 'Open now playing' }).click();
    await page.getByRole('dialog').getByRole('list', { name: 'Lyrics' }).locator('li[aria-current]', { hasText: 'Far on' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Edit lyrics' }).count(), 0);
  });
});
