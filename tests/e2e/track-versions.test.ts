/** Versions of a track: its owner replaces the sound on its page while somebody listens, hears an old version, and restores it. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { isFull } from '../support/level.ts';
import { wav } from '../support/media.ts';
import { until } from '../support/wait.ts';
import { hear, hearIt } from './support/ear.ts';
import { Stage, tones } from './support/stage.ts';

/** Of the sounds before and after. */
const LONG_S = isFull ? 40 : 30, SHORT_S = isFull ? 15 : 10;

const stage = await Stage.start('track-versions');
const track = await stage.track('carol', 'Remixed', tones(LONG_S, 440));
const duration = async () => (await stage.world.visitor.get('/api/v1/tracks/{id}', { path: { id: track.id } })).body.duration_ms;

test('an owner replaces the sound of a track while somebody listens, hears the old version and restores it; the listener hears the old one to its end', async () => {
  await stage.visit(null, async ({ page: listener }) => {
    await listener.goto(`/track/${track.id}`);
    await listener.getByRole('main').getByRole('button', { name: /^Play/ }).first().click();
    await hearIt(listener);

    await stage.visit('carol', async ({ page }) => {
      await page.goto(`/track/${track.id}`);
      await page.getByRole('button', { name: 'Upload a new version' }).click();
      const dialog = page.getByRole('dialog', { name: 'Upload a new version' });
      await dialog.getByRole('button', { name: 'Replace the sound' }).click();
      await dialog.getByText('Choose a file.').waitFor();
      await dialog.getByLabel('Sound file').setInputFiles({ name: 'remixed 2.wav', mimeType: 'audio/wav', buffer: Buffer.from(wav(tones(SHORT_S, 880))) });
      await dialog.getByLabel('What is new').fill('An octave up');
      await dialog.getByRole('button', { name: 'Replace the sound' }).click();
      const versions = page.getByRole('region', { name: 'Versions' });
      await until('the second version to play', async () => (await duration()) === SHORT_S * 1000, 60);
      await versions.getByRole('listitem').filter({ hasText: 'Version 2' }).getByText('Plays now').waitFor();
      await versions.getByText('An octave up').waitFor();
      await versions.getByRole('button', { name: 'Listen to version 1' }).click();
      await until('the old version to be heard', () => page.locator('audio').last().evaluate((audio: HTMLAudioElement) => audio.currentTime > 0.2));

      await hear(listener, 'the old sound beyond the end of the new one', (heard) => heard.position > SHORT_S + 1 && heard.duration === LONG_S, 40);
      await listener.reload();
      await listener.getByText('An octave up').waitFor();
      assert.equal(await listener.getByRole('button', { name: /Restore/ }).count(), 0);

      await versions.getByRole('button', { name: 'Restore version 1' }).click();
      await versions.getByText('Restored from version 1').waitFor();
      await until('it to play again', async () => (await duration()) === LONG_S * 1000, 60);
      await versions.getByRole('listitem').filter({ hasText: 'Version 3' }).getByText('Plays now').waitFor();
    });
  });
});
