/** What pages may connect to, as Chromium reads the policy. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { Stage } from './support/stage.ts';

const stage = await Stage.startKnown('connections');

test('a page opens WebSockets to its own host, and to no other', async () => {
  await stage.visit('alice', async ({ page }) => {
    const opened = page.waitForEvent('websocket');
    await page.goto('/');
    const socket = await opened;
    assert.equal(new URL(socket.url()).host, new URL(page.url()).host);
    await socket.waitForEvent('framereceived');
    const refused = await page.evaluate(() => new Promise<string>((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => { resolve(`${event.effectiveDirective} ${event.blockedURI}`); });
      try { new WebSocket('ws://127.0.0.2:9/'); } catch { /* the event tells */ }
    }));
    assert.match(refused, /^connect-src ws:\/\/127\.0\.0\.2/);
  }, { expected: [/Content Security Policy/] });
});
