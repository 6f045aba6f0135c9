/** The player: what is heard, and what the keys and menus do to it. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { isFull } from '../support/level.ts';
import { until } from '../support/wait.ts';
import { settled, type Eye } from './support/browser.ts';
import { hear, hearIt, listen, record, stopRecording, type Heard } from './support/ear.ts';
import { holes, rootMeanSquare } from './support/sound.ts';
import { figure, Stage, tones } from './support/stage.ts';

const RATE = 44100;
const stage = await Stage.start('player');
/* The newest comes first in lists: an hour of nothing but a tone, cut in two, plays in this order. */
const second = await stage.track('carol', 'Second half', tones(8, 441, 441, { sampleRate: RATE, from: 8 * RATE }));
const first = await stage.track('carol', 'First half', tones(8, 441, 441, { sampleRate: RATE }));
const long = await stage.track('dave', 'Long walk', tones(60, 440, 660, { amplitude: 0.05, sampleRate: RATE }));
const secret = await stage.track('carol', 'Secret', tones(2, 500), { is_public: 'false' });

const bar = (page: Page): Locator => page.locator('[data-player-bar]');
const slider = (page: Page): Locator => page.locator('#main').getByRole('slider', { name: /^Position in/ });

/** Opens the long track and plays it. */
async function playLong({ page, asking }: Eye): Promise<Heard> {
  await page.goto(`/track/${long.id}`);
  await settled({ page, asking });
  await page.getByRole('button', { name: 'Play Long walk' }).click();
  return hearIt(page);
}

async function choose(page: Page, name: string): Promise<void> {
  await bar(page).getByRole('button', { name: 'Sound settings' }).click();
  await page.getByRole('menuitemradio', { name }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('menu').waitFor({ state: 'detached' });
}

test('the player goes on while pages change', async () => {
  await stage.visit('alice', async (eye) => {
    const { page } = eye;
    let last = await playLong(eye);
    for (const [name, path] of [['Discover', '/discover'], ['Home', '/dashboard'], ['Your tracks', '/library'], ['Upload', '/upload']] as const) {
      await page.getByRole('navigation', { name: 'Main' }).first().getByRole('link', { name }).click();
      await page.waitForURL(`**${path}`);
      last = await hear(page, `the same track on ${path}`, (now) => now.track === long.id && now.playing && now.position > last.position && now.left > 0.005);
    }
    await bar(page).getByRole('link', { name: 'Long walk' }).click();
    await page.getByRole('heading', { name: 'Long walk', level: 1 }).waitFor();
  });
});

test('a click on the waveform jumps there, and so do arrows, Home and End', async () => {
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await playLong(eye);
    const box = (await slider(page).boundingBox())!;
    await page.mouse.click(box.x + box.width * 0.5, box.y + box.height / 2);
    await hear(page, 'the middle', (now) => now.position > 29 && now.position < 33 && now.left > 0.005);
    assert.match((await slider(page).getAttribute('aria-valuetext'))!, /^0:(29|3[0-3]) of 1:00$/);
    await slider(page).focus();
    await page.keyboard.press('ArrowRight');
    await hear(page, '5 s later', (now) => now.position > 34 && now.position < 39 && now.left > 0.005);
    await page.keyboard.press('Home');
    await hear(page, 'the beginning', (now) => now.position < 4 && now.left > 0.005);
    await page.keyboard.press('End');
    await hear(page, 'the end', (now) => !now.playing && now.position > 59.5);
  });
});

test('lossless can be chosen while it plays, and the sound goes on', async () => {
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await playLong(eye);
    await choose(page, 'Low, 64 kbit/s');
    await hear(page, 'the low rendition', (now) => now.rendition === 'low' && now.left > 0.005);
    const before = await hearIt(page);
    await record(page);
    await choose(page, 'Lossless');
    const after = await hear(page, 'the lossless rendition', (now) => now.rendition === 'lossless' && now.left > 0.005);
    await hear(page, 'it go on', (now) => now.position > after.position + 0.8);
    const tape = await stopRecording(page);
    const gap = holes(tape, 0.02 * 0.05 * before.loudnessGain);
    figure(`changing from AAC 64 kbit/s to FLAC: longest silence ${gap.longestMs.toFixed(1)} ms`);
    assert.ok(gap.longestMs < 60, `the change is silent for ${gap.longestMs} ms`);
    assert.ok(after.position >= before.position, 'and does not go back');
    await bar(page).getByRole('button', { name: 'Sound settings' }).click();
    await page.getByText('Now: Lossless').waitFor();
  });
});

/* On the short level the one whose encoder puts silence before and behind the sound. */
for (const quality of isFull ? ['Lossless', 'High, 256 kbit/s'] : ['High, 256 kbit/s']) {
  test(`the next track follows without a gap: ${quality}`, async () => {
    await stage.visit(null, async ({ page, asking }) => {
      await page.goto('/u/carol');
      await settled({ page, asking });
      await page.getByRole('button', { name: 'Play First half' }).click();
      await hearIt(page);
      await choose(page, quality);
      await hear(page, quality, (now) => now.rendition === (quality === 'Lossless' ? 'lossless' : 'high') && now.track === first.id);
      if ((await listen(page))!.position < 4) await bar(page).getByRole('slider', { name: 'Position in First half' }).press('ArrowRight');
      const before = await hearIt(page, 0.1);
      await record(page);
      await hear(page, 'the second half', (now) => now.track === second.id && now.position > 0.7);
      const tape = await stopRecording(page);
      const level = 0.3 * before.loudnessGain;
      const gap = holes(tape, 0.02 * level);
      const middle = tape.samples.subarray(RATE / 4, -RATE / 4);
      const blocks = Array.from({ length: Math.floor(middle.length / 240) - 1 }, (_, i) => middle.subarray(i * 240, i * 240 + 480));
      const quietest = Math.min(...blocks.map(rootMeanSquare));
      figure(`from one track to the next, ${quality}: longest silence ${gap.longestMs.toFixed(2)} ms, quietest 10 ms at ${(quietest / (level / Math.SQRT2) * 100).toFixed(0)} % of the level`);
      assert.ok(rootMeanSquare(tape.samples) > 0.5 * level / Math.SQRT2, 'the recording has the tone in it');
      assert.ok(gap.longestMs < 5, `${gap.longestMs} ms of silence between two tracks`);
      assert.equal(await bar(page).getAttribute('data-track'), second.id, 'the bar shows what plays');
      await bar(page).getByRole('link', { name: 'Second half' }).waitFor();
    });
  });
}

test('even loudness turns a quiet track up and can be switched off', async () => {
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await playLong(eye);
    const levelled = await listen(page);
    assert.ok(levelled!.loudnessGain > 2, `a track of ${long.loudness_lufs} LUFS is turned up, by ${levelled!.loudnessGain}`);
    await choose(page, 'Off, as delivered');
    const plain = await hear(page, 'no gain', (now) => Math.abs(now.loudnessGain - 1) < 0.01 && Math.abs(now.left - 0.05 / Math.SQRT2) < 0.003);
    await choose(page, 'Quieter, −18 LUFS');
    const quieter = await hear(page, 'some gain', (now) => now.loudnessGain > 1.1 && now.loudnessGain < levelled!.loudnessGain - 0.1 && now.left > plain.left * 1.05);
    figure(`${long.loudness_lufs} LUFS: gain ${levelled!.loudnessGain.toFixed(2)} to −14, ${quieter.loudnessGain.toFixed(2)} to −18, RMS ${plain.left.toFixed(4)} as delivered`);
  });
});

test('media keys and the lock screen know what plays and control it', async () => {
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await page.addInitScript(() => {
      const handlers: Record<string, MediaSessionActionHandler | null> = {};
      const set = MediaSession.prototype.setActionHandler;
      MediaSession.prototype.setActionHandler = function (action, handler) {
        handlers[action] = handler;
        set.call(this, action, handler);
      };
      Object.assign(window, { mediaKey: (action: MediaSessionAction, details: object) => handlers[action]?.({ action, ...details }) });
    });
    const key = (action: string, details: object = {}) =>
      page.evaluate(([action, details]) => (window as unknown as { mediaKey(a: string, d: object): void }).mediaKey(action as string, details as object), [action, details]);
    await playLong(eye);
    const shown = await page.evaluate(() => [navigator.mediaSession.metadata?.title, navigator.mediaSession.metadata?.artist, navigator.mediaSession.playbackState]);
    assert.deepEqual(shown, ['Long walk', 'dave', 'playing']);
    await key('pause');
    await hear(page, 'a pause', (now) => !now.playing && now.left < 0.001);
    assert.equal(await page.evaluate(() => navigator.mediaSession.playbackState), 'paused');
    await key('play');
    await hearIt(page);
    await key('seekto', { seekTime: 40 });
    await hear(page, '40 s in', (now) => now.position > 39.5 && now.position < 43 && now.left > 0.005);
    await key('seekbackward', { seekOffset: 20 });
    await hear(page, '20 s in', (now) => now.position > 19.5 && now.position < 24 && now.left > 0.005);
  });
});

test('a reload keeps the queue and the place, and nothing plays by itself', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    await page.goto('/u/carol');
    await settled({ page, asking });
    await page.getByRole('button', { name: 'Play First half' }).click();
    await hearIt(page);
    await bar(page).getByRole('slider', { name: 'Position in First half' }).press('ArrowRight');
    const before = await hear(page, 'a later part', (now) => now.position > 5);
    await page.reload();
    await settled({ page, asking });
    await bar(page).getByRole('link', { name: 'First half' }).waitFor();
    assert.equal(await bar(page).locator('[data-player-state]').getAttribute('data-player-state'), 'paused');
    assert.equal(await listen(page), null, 'there is not even a way for sound to come out');
    await bar(page).getByRole('button', { name: 'Open the queue' }).click();
    await page.getByText('Second half').first().waitFor();
    await bar(page).getByRole('button', { name: 'Play', exact: true }).click();
    await hear(page, 'it where it was', (now) => now.position > before.position - 1 && now.left > 0.005 && now.playing);
  });
});

test('from the first page to music without a mouse', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    await page.goto('/');
    await settled({ page, asking });
    const reach = async (wanted: RegExp, steps = 60) => {
      for (let i = 0; i < steps; i++) {
        await page.keyboard.press('Tab');
        const name = await page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '');
        if (wanted.test(name)) return name;
      }
      throw new Error(`${wanted} is not reached with the Tab key`);
    };
    await reach(/^Skip to the page$/, 1);
    await page.keyboard.press('Enter');
    await reach(/^Start listening$/);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/discover');
    await settled({ page, asking });
    await reach(/^Play Long walk$/);
    const ring = await page.evaluate(() => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement!);
      return (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 1) || boxShadow !== 'none';
    });
    assert.ok(ring, 'one sees where the focus is');
    await page.keyboard.press('Enter');
    await hearIt(page);
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press('Space');
    await hear(page, 'a pause', (now) => !now.playing);
    await page.keyboard.press('Space');
    await hearIt(page);
    await page.keyboard.press('m');
    await until('silence at the speakers', async () => (await listen(page))!.volume < 0.001);
  });
});

test("somebody else's private track does not exist", async () => {
  await stage.visit('bob', async ({ page }) => {
    await page.goto(`/track/${secret.id}`);
    await page.getByRole('heading', { name: 'This track does not exist' }).waitFor();
    assert.ok(!(await page.content()).includes('Secret'));
  }, { expected: [/status of 404/] });
  await stage.visit('carol', async ({ page }) => {
    await page.goto(`/track/${secret.id}`);
    await page.getByRole('heading', { name: 'Secret', level: 1 }).waitFor();
    await page.getByRole('button', { name: 'Play Secret' }).click();
    await hearIt(page);
  }, { expected: [/status of 404/] }); /* the page itself is for visitors; the app then asks as its owner */
});
