/** Tempo and key on a track's page: what was measured is marked, what its owner says takes its place, and emptying the field brings the measured one back. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import type { Sound } from '../support/media.ts';
import { choose } from './support/actions.ts';
import { lookAt } from './support/look.ts';
import { Stage } from './support/stage.ts';

const stage = await Stage.start('analysis');

/** 128 beats a minute in A minor: each beat a chord that dies away over a low thump. */
function song(seconds: number): Sound {
  const samples = Int16Array.from({ length: seconds * 22050 }, (_, i) => {
    const t = i / 22050, beats = t * 128 / 60, inBeat = (beats % 1) * 60 / 128, chord = [[57, 60, 64], [53, 57, 60], [50, 53, 57], [52, 56, 59]][Math.floor(beats / 4) % 4]!;
    const tones = chord.flatMap((note) => [1, 2, 3].map((h) => 0.08 / h * Math.sin(2 * Math.PI * 440 * 2 ** ((note - 69) / 12) * h * t)));
    const thump = 0.4 * Math.exp(-30 * inBeat) * Math.sin(2 * Math.PI * 55 * inBeat);
    return 32767 * (tones.reduce((sum, tone) => sum + tone) * Math.exp(-3 * inBeat) * Math.min(1, inBeat * 300) + thump);
  });
  return { sampleRate: 22050, channels: 1, samples };
}

const track = await stage.track('carol', 'Clear beat', song(30));
const fact = (page: Page, name: string) => page.getByRole('main').locator('dl > div').filter({ has: page.getByRole('term').filter({ hasText: new RegExp(`^${name}$`) }) }).getByRole('definition');

test('measured tempo and key are marked; the owner sets a tempo, and takes it back', () =>
  stage.visit('carol', async ({ page }) => {
    const save = async (bpm: string) => {
      await choose(page, 'Edit');
      const dialog = page.getByRole('dialog');
      await dialog.getByText('If empty: A minor, as measured').waitFor();
      await dialog.getByLabel('Tempo (BPM)').fill(bpm);
      await dialog.getByRole('button', { name: 'Save' }).click();
      await dialog.waitFor({ state: 'hidden' });
    };
    await page.goto(`/track/${track.id}`);
    await fact(page, 'Tempo').filter({ hasText: /^128 BPM\s*measured$/ }).waitFor();
    assert.match((await fact(page, 'Key').textContent())!, /^A minor\s*measured$/);
    await save('64');
    await fact(page, 'Tempo').filter({ hasText: /^64 BPM$/ }).waitFor();
    await save('');
    await fact(page, 'Tempo').filter({ hasText: /^128 BPM\s*measured$/ }).waitFor();
  }));

lookAt(stage, [
  { name: 'analysis', path: `/track/${track.id}`, who: null },
  {
    name: 'analysis-edit', path: `/track/${track.id}`, who: 'carol', inSight: true,
    first: async ({ page }) => {
      await choose(page, 'Edit');
      await page.getByRole('dialog').getByText('If empty: 128, as measured').scrollIntoViewIfNeeded();
    },
  },
]);
