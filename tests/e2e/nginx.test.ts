/** The main path of a listener through nginx, as deploy/nginx sets it up: TLS, HTTP/2, cookies that are sent by https only, segments from its cache. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { certificate, Nginx } from '../support/nginx.ts';
import { freePort } from '../support/proxy.ts';
import { until } from '../support/wait.ts';
import { emailOf, PASSWORD, template } from '../support/world.ts';
import { settled, visit } from './support/browser.ts';
import { hear } from './support/ear.ts';
import { Stage, tones } from './support/stage.ts';

const port = await freePort(), base = `https://localhost:${port}`;
const stage = await Stage.start('nginx', { APP_ENV: 'staging', FRONTEND_URL: base, APP_DOMAIN: 'localhost', TRUSTED_PROXIES: '127.0.0.1' });
const nginx = await Nginx.start({ ...stage.world.server.ports, port, certificates: certificate() });
const track = await stage.track('carol', 'Harbour at night', tones(12, 440));

test('somebody signs in, plays a track and likes it, by HTTP/2, and the sound is in nginx’s cache', async () => {
  await visit({ base }, async (eye) => {
    const { page, context } = eye;
    await page.goto('/login');
    await settled(eye);
    await page.getByLabel('E-mail').fill(emailOf('alice'));
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await until('the session', async () => (await context.cookies()).some(({ name, secure, httpOnly }) => name === 'veza_access' && secure && httpOnly));
    await page.goto('/u/carol');
    await settled(eye);
    await page.getByRole('button', { name: 'Play Harbour at night' }).first().click();
    await hear(page, 'the track', (now) => now.track === track.id && now.left > 0.005);
    await page.getByRole('region', { name: 'Player' }).getByRole('button', { name: /^Like Harbour/ }).click();
    await until('the like', async () => (await stage.world.sql(`select count(*) from track_likes where user_id = '${template.ids.alice}' and track_id = '${track.id}'`)) === '1');
    const protocols = await page.evaluate(() => [...new Set((performance.getEntriesByType('resource') as PerformanceResourceTiming[]).map((one) => one.nextHopProtocol))]);
    assert.deepEqual(protocols.filter(Boolean), ['h2']);
    assert.ok(nginx.cached('segments').length > 0);
  });
});
