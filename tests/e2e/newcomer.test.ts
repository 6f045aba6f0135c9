/** From nothing to one's own music on the speakers, all in the browser. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { wav } from '../support/media.ts';
import { settled } from './support/browser.ts';
import { hear, hearIt, listen } from './support/ear.ts';
import { figure, Stage, tones } from './support/stage.ts';

const stage = await Stage.start('newcomer');

/** Drags a file over the page's drop zone and lets go of it. */
async function drop(page: Page, name: string, type: string, bytes: Buffer): Promise<void> {
  await page.getByText('Drop your tracks here').evaluate((zone, { base64, name, type }) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name, { type }));
    for (const event of ['dragenter', 'dragover', 'drop']) zone.dispatchEvent(new DragEvent(event, { bubbles: true, cancelable: true, dataTransfer }));
  }, { base64: bytes.toString('base64'), name, type });
}

/** Everything that the list of uploads says, as it says it. */
async function overhear(page: Page): Promise<() => Promise<{ texts: string[]; values: number[] }>> {
  await page.evaluate(() => {
    const texts: string[] = [], values: number[] = [];
    const look = () => {
      for (const row of document.querySelectorAll('section[aria-labelledby=sending] li')) {
        const text = row.textContent ?? '';
        if (texts.at(-1) !== text) texts.push(text);
        values.push(Number(row.querySelector('[role=progressbar]')?.getAttribute('aria-valuenow') ?? 100));
      }
    };
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
    Object.assign(window, { overheard: { texts, values } });
  });
  return () => page.evaluate(() => (window as unknown as { overheard: { texts: string[]; values: number[] } }).overheard);
}

test('a newcomer registers, becomes a creator by one click, drops a track, sees it prepared and hears it', async () => {
  await stage.visit(null, async ({ page, context, asking }) => {
    await page.goto('/');
    await settled({ page, asking });
    await page.getByRole('link', { name: 'Make an account' }).first().click();
    await page.getByLabel('Name on Veza').fill('nova');
    await page.getByLabel('E-mail').fill('nova@example.org');
    await page.getByLabel('Password', { exact: true }).fill('a quiet afternoon');
    await page.getByRole('button', { name: 'Make my account' }).click();
    await page.getByRole('heading', { name: 'Good to have you, nova' }).waitFor();

    await page.goto('/upload');
    await page.getByRole('button', { name: 'Become a creator' }).click();
    /* A line on which sending takes a while, or there would be nothing to see. */
    const line = await context.newCDPSession(page);
    await line.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 1_500_000 });
    await drop(page, '01 - Two_Ears.wav', 'audio/wav', wav(tones(20, 440, 660)));
    assert.equal(await page.getByLabel('Title').inputValue(), 'Two Ears', 'the title is taken from the name of the file');
    const said = await overhear(page);
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByText('Ready to be heard').waitFor({ timeout: 60_000 });
    const { texts, values } = await said();
    assert.ok(texts.some((text) => /[kM]B of 1\.8 MB/.test(text)), `how much was sent is told: ${texts.join(' | ')}`);
    assert.ok(values.some((value) => value > 0 && value < 100), `a progress bar moves: ${values.join(' ')}`);
    assert.ok(texts.some((text) => /(Waiting|Listening|Encoding|Storing) \d+%/.test(text)), `how the work on it goes is told: ${texts.join(' | ')}`);
    await line.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });

    await page.getByRole('link', { name: 'Open' }).click();
    await page.getByRole('heading', { name: 'Two Ears', level: 1 }).waitFor();
    assert.equal(await listen(page), null, 'nothing plays by itself');
    await page.getByRole('button', { name: 'Play Two Ears' }).click();
    await hearIt(page);
    const heard = await hear(page, 'a tone in each ear', (now) => Math.abs(now.leftHz - 440) < 6 && Math.abs(now.rightHz - 660) < 6 && now.position > 0.8);
    const wanted = (0.3 / Math.SQRT2) * heard.loudnessGain;
    figure(`RMS left ${heard.left.toFixed(4)}, right ${heard.right.toFixed(4)}, ${wanted.toFixed(4)} expected; ${heard.leftHz.toFixed(0)} and ${heard.rightHz.toFixed(0)} Hz, ${heard.rendition}`);
    for (const level of [heard.left, heard.right]) assert.ok(Math.abs(20 * Math.log10(level / wanted)) < 1, `${level} is within 1 dB of ${wanted}`);
    assert.ok(Math.abs(heard.duration - 20) < 0.05, `20 s long, not ${heard.duration}`);
    assert.ok(heard.volume > 0, 'and it reaches the speakers');
  }, { withWorker: true });
});
