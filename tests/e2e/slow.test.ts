/** A track's page on a slow network, as somebody meets it who follows a link: 400 kbit/s, 400 ms, nothing in the cache. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { makeSound } from '../support/media.ts';
import { until } from '../support/wait.ts';
import { settled } from './support/browser.ts';
import { figure, Stage } from './support/stage.ts';

const FIRST_PAINT_MS = 1500;
const SOUND_MS = 6000;

const stage = await Stage.start('slow');
const track = await stage.track('carol', 'Far from the mast', makeSound(30, { seed: 7 }), { artist: 'Carol' });

/** The network of the test's promise, and notes of what the page asked for. */
async function slowDown(page: Page): Promise<{ path: string; bytes: number; atMs: number }[]> {
  const line = await page.context().newCDPSession(page);
  const asked = new Map<string, { path: string; bytes: number; atMs: number }>();
  let began = NaN;
  await line.send('Network.enable');
  await line.send('Network.setCacheDisabled', { cacheDisabled: false });
  await line.send('Network.clearBrowserCache');
  line.on('Network.requestWillBeSent', ({ requestId, request, timestamp }) => {
    if (Number.isNaN(began)) began = timestamp;
    asked.set(requestId, { path: new URL(request.url).pathname, bytes: 0, atMs: Math.round((timestamp - began) * 1000) });
  });
  line.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const one = asked.get(requestId);
    if (one) one.bytes = encodedDataLength;
  });
  await line.send('Network.emulateNetworkConditions', { offline: false, latency: 400, downloadThroughput: 400_000 / 8, uploadThroughput: 400_000 / 8 });
  return { [Symbol.iterator]: () => asked.values() } as unknown as { path: string; bytes: number; atMs: number }[];
}

/** Presses play in the page itself as soon as there is a button, and notes when the first sound is heard. */
async function pressAtOnce(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const times = ((window as unknown as { times: Record<string, number> }).times = {} as Record<string, number>);
    new MutationObserver((_, observer) => {
      const button = document.querySelector<HTMLElement>('[data-play]');
      if (!button) return;
      observer.disconnect();
      requestAnimationFrame(() => requestAnimationFrame(() => {
        times['pressed'] = performance.now();
        button.click();
      }));
    }).observe(document, { childList: true, subtree: true });
    const listen = setInterval(() => {
      const probe = (window as unknown as { __veza_audio?: { rms(): number } }).__veza_audio;
      if (!probe || probe.rms() < 0.001) return;
      clearInterval(listen);
      times['sound'] = performance.now();
    }, 10);
  });
}

test('on 400 kbit/s the first picture is there within 1.5 s, and sound within 6 s when play is pressed at once', async () => {
  await stage.visit(null, async ({ page, asking }) => {
    const asked = await slowDown(page);
    await pressAtOnce(page);
    await page.goto(`/track/${track.id}`, { waitUntil: 'commit' });
    const times = await until('the first sound', () => page.evaluate(() => {
      const { times } = window as unknown as { times?: Record<string, number> };
      const paint = performance.getEntriesByName('first-contentful-paint')[0];
      return times?.['sound'] !== undefined && paint ? { paint: paint.startTime, pressed: times['pressed']!, sound: times['sound'] } : null;
    }), 30);
    const before = [...asked].filter((one) => one.atMs < times.sound && one.bytes > 0);
    const sum = (pattern: RegExp) => before.filter((one) => pattern.test(one.path)).reduce((bytes, one) => bytes + one.bytes, 0);
    figure(`a track's page at 400 kbit/s and 400 ms: first picture ${times.paint.toFixed(0)} ms, play pressed ${times.pressed.toFixed(0)} ms, sound ${times.sound.toFixed(0)} ms`);
    figure(`  over the wire until then: page ${sum(/^\/track\//)} bytes, script ${sum(/\.js$/)}, sound ${sum(/m3u8|m4s|mp4|info$/)}, all ${sum(/./)}`);
    for (const one of [...asked].filter((o) => o.atMs < times.sound + 500)) figure(`  ${String(one.atMs).padStart(5)} ms ${String(one.bytes).padStart(7)} ${one.path}`);
    assert.ok(times.paint < FIRST_PAINT_MS, `the first picture took ${times.paint} ms`);
    assert.ok(times.sound < SOUND_MS, `the first sound took ${times.sound} ms`);
    assert.deepEqual(before.filter((one) => /woff2$/.test(one.path)), [], 'no font comes before the sound');
    await settled({ page, asking });
    await page.getByRole('heading', { name: track.title, level: 1 }).waitFor();
    assert.equal(await page.locator('#shell').count(), 0, 'the app has taken the place of the first picture');
    await page.locator('#main').getByRole('button', { name: `Pause ${track.title}` }).waitFor();
  }, { withWorker: true });
});

test('the HTML with its styles has at most 20 kB in brotli', async () => {
  const reply = await fetch(`${stage.base}/discover`, { headers: { 'Accept-Encoding': 'br' } });
  const bytes = Number(reply.headers.get('content-length'));
  assert.equal(reply.headers.get('content-encoding'), 'br');
  const packed = await fetch(`${stage.base}/track/${track.id}`, { headers: { 'Accept-Encoding': 'gzip, br' } });
  figure(`HTML with styles: ${bytes} bytes in brotli; a track's page ${packed.headers.get('content-length')} bytes as ${packed.headers.get('content-encoding')}`);
  assert.ok(bytes > 1000 && bytes <= 20_000);
  assert.ok(Number(packed.headers.get('content-length')) <= 20_000);
});
