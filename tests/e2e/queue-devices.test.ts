/** The queue of somebody who is signed in: on another device, after a reload, and when two devices changed it. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertStatus, type Client } from '../support/client.ts';
import { until } from '../support/wait.ts';
import type { Person } from '../support/world.ts';
import { settled, type Eye } from './support/browser.ts';
import { hear, hearIt, listen } from './support/ear.ts';
import { watchMainThread } from './support/hang.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('queue-devices');
await stage.track('carol', 'Third', tones(20, 440));
const second = await stage.track('carol', 'Second', tones(20, 550));
const first = await stage.track('carol', 'First', tones(60, 660));
const ferry = await stage.track('dave', 'Night ferry', tones(20, 770));

const server = async (client: Client) => {
  const reply = await client.get('/api/v1/queue');
  assertStatus(reply, 200);
  return reply.body;
};
const titles = async (client: Client) => {
  const reply = await client.get('/api/v1/queue/items', { query: { limit: 100 } });
  assertStatus(reply, 200);
  return reply.body.items.map((item) => item.title);
};
interface Saved { queue: { title: string; key: string }[]; position: number; volume: number; repeat: string; shuffle: boolean; index: number }
const saved = (page: Page) => page.evaluate(() => JSON.parse(sessionStorage.getItem('veza.player') ?? '{"queue":[]}') as Saved);
const bar = (page: Page) => page.getByRole('region', { name: 'Player' });
const play = (page: Page) => bar(page).getByRole('button', { name: 'Play', exact: true });
const pause = (page: Page) => bar(page).getByRole('button', { name: 'Pause', exact: true });
const refused = [/409 \(Conflict\)/, /ERR_INTERNET_DISCONNECTED/, /WebSocket/];
const visit = (person: Person, look: (eye: Eye) => Promise<void>, more: object = {}) => stage.visit(person, look, { expected: refused, ...more });

async function playAllOfCarol({ page, asking }: Pick<Eye, 'page' | 'asking'>): Promise<void> {
  await page.goto('/u/carol');
  await settled({ page, asking });
  await page.getByRole('button', { name: 'Play First' }).click();
  await hear(page, 'the first', (now) => now.track === first.id && now.left > 0.005);
}

/** Pauses; gives the second where it stands, when the server knows it. */
async function stop(page: Page, client: Client, where: () => Promise<string>, has: (state: Awaited<ReturnType<typeof server>>) => boolean = () => true): Promise<number> {
  const tell = async (error: unknown) => { throw new Error(`${String(error)}; ${await where()}`); };
  await pause(page).or(play(page)).first().waitFor().catch(tell);
  if (await pause(page).isVisible()) await pause(page).evaluate((button: HTMLElement) => button.click()).catch(tell); /* a busy machine may have stopped it, or the music is over before a mouse gets there */
  return until('the server to know where it stopped', async () => {
    const now = (await listen(page))!, there = await server(client);
    return !now.playing && !there.is_playing && has(there) && Math.abs(there.offset_ms / 1000 - now.position) < 0.3 && now.position;
  });
}

test('another device finds the item, the place in it, the order of shuffle, repeat and volume; so does a reload', async () => {
  const alice = stage.world.as('alice');
  let stopped = 0;
  let order: (string | null)[] = [];
  await visit('alice', async (eye) => {
    const { page } = eye;
    const where = await watchMainThread(page);
    await playAllOfCarol(eye);
    await bar(page).getByRole('button', { name: 'Shuffle' }).click();
    await bar(page).getByRole('button', { name: 'Repeat: off' }).click();
    const volume = bar(page).getByRole('slider', { name: 'Volume' });
    await volume.focus();
    for (let i = 0; i < 4; i += 1) await page.keyboard.press('ArrowLeft');
    await hear(page, 'some of it', (now) => now.position > 4);
    stopped = await stop(page, alice, where, ({ repeat, shuffle }) => repeat === 'all' && shuffle);
    order = await titles(alice);
    assert.equal(String(order), String((await saved(page)).queue.map((entry) => entry.title)));
  });
  const { volume } = await server(alice);
  assert.ok(volume < 80, `volume ${volume}`);
  await visit('alice', async ({ page }) => {
    const where = await watchMainThread(page);
    for (const how of ['another device', 'a reload']) {
      if (how === 'a reload') await page.reload();
      else await page.goto('/');
      await bar(page).waitFor();
      await bar(page).getByRole('button', { name: 'Repeat: the whole queue' }).waitFor();
      assert.equal(await bar(page).getByRole('button', { name: 'Shuffle' }).getAttribute('aria-pressed'), 'true', how);
      await until(`${how} to have it`, async () => Math.abs((await saved(page)).position - stopped) <= 1);
      const here = await saved(page);
      assert.equal(String(here.queue.map((entry) => entry.title)), String(order), how);
      assert.equal(Math.round(here.volume * 100), volume, how);
      await play(page).click();
      const heard = await hear(page, 'it go on', (now) => now.track === first.id && now.left > 0.0005);
      assert.ok(heard.position >= stopped - 1 && heard.position < stopped + 5, `${how}: ${heard.position}, stopped at ${stopped}`);
      stopped = await stop(page, alice, where);
    }
  });
});

test('while one device plays, the server knows where it is within a second; what another one adds appears there and the music goes on', async () => {
  const bob = stage.world.as('bob');
  await visit('bob', async (eye) => {
    const { page } = eye;
    await playAllOfCarol(eye);
    await until('the server to be told', async () => (await server(bob)).is_playing);
    for (let i = 0; i < 5; i += 1) {
      const before = (await listen(page))!.position;
      const { offset_ms } = await server(bob);
      const after = (await listen(page))!.position;
      assert.ok(offset_ms / 1000 > before - 1 && offset_ms / 1000 < after + 1, `${offset_ms} ms, heard ${before} to ${after} s`);
      await hear(page, 'some more', (now) => now.position > after + 0.7);
    }
    await visit('bob', async (other) => {
      await other.page.goto(`/track/${ferry.id}`);
      await bar(other.page).waitFor();
      await settled(other);
      await other.page.getByRole('main').getByRole('button', { name: 'Add to queue' }).click();
      await until('the first device to have it', async () => (await saved(page)).queue.at(-1)?.title === 'Night ferry');
      assert.deepEqual(await titles(bob), ['First', 'Second', 'Third', 'Night ferry']);
    });
    const now = await hearIt(page);
    assert.equal(now.track, first.id);
  });
});

test('a second tab that only looks tells the server nothing, and what both change goes together without a question; what was changed without a network is sent later', async () => {
  const mia = stage.world.as('mia');
  await visit('mia', async (eye) => {
    const { page, context, asking } = eye;
    await playAllOfCarol(eye);
    const other = await context.newPage();
    for (let i = 0; i < 3; i += 1) {
      await other.goto(`/track/${ferry.id}`);
      await bar(other).waitFor();
      await settled({ page: other, asking });
    }
    const { is_playing, offset_ms } = await server(mia);
    const { position } = (await listen(page))!;
    assert.ok(is_playing && Math.abs(offset_ms / 1000 - position) < 1, `the server knows what the first one plays: ${is_playing}, ${offset_ms} ms, heard ${position} s`);
    await other.getByRole('main').getByRole('button', { name: 'Add to queue' }).click();
    await bar(page).getByRole('button', { name: 'Repeat: off' }).click();
    await until('both changes', async () => String(await titles(mia)) === 'First,Second,Third,Night ferry' && (await server(mia)).repeat === 'all');
    await bar(other).getByRole('button', { name: 'Repeat: the whole queue' }).waitFor();
    assert.equal((await hearIt(page)).track, first.id);
    await play(other).click();
    await hear(other, 'the second tab', (now) => now.playing && now.left > 0.0005);
    await play(page).waitFor();
    await until('the server to be told', async () => (await server(mia)).is_playing);
    await other.getByRole('button', { name: 'Open the queue' }).click();
    await other.getByRole('button', { name: 'Remove Second from the queue' }).waitFor();
    await context.setOffline(true);
    await other.getByRole('button', { name: 'Remove Second from the queue' }).click();
    await until('that it is kept here', async () => (await saved(other)).queue.length === 3);
    await context.setOffline(false);
    await until('the server to have it', async () => String(await titles(mia)) === 'First,Third,Night ferry', 30);
    for (const tab of [page, other]) assert.equal(await tab.getByRole('dialog', { name: /another device/ }).count(), 0);
  });
});

test('a device that slept does not overwrite what came later: one chooses', async () => {
  const dave = stage.world.as('dave');
  for (const choice of ['Take the other one', 'Keep mine'] as const) {
    await visit('dave', async (eye) => {
      const { page, context } = eye;
      await page.goto('/');
      await settled(eye);
      if (choice === 'Keep mine') await bar(page).waitFor();
      await playAllOfCarol(eye);
      await pause(page).click();
      await until('the server to have it', async () => (await titles(dave)).at(-1) === 'Third' && !(await server(dave)).is_playing);
      await page.getByRole('button', { name: 'Open the queue' }).click();
      await context.setOffline(true);
      await page.getByRole('button', { name: 'Remove Second from the queue' }).click();
      const { version } = await server(dave);
      assertStatus(await dave.put('/api/v1/queue', { body: { version, items: [{ track_id: ferry.id }, { track_id: second.id }], offset_ms: 9000 } }), 200);
      await context.setOffline(false);
      const dialog = page.getByRole('dialog', { name: 'Your queue was changed on another device' });
      await dialog.getByText('Over there it has 2 tracks. It plays “Night ferry”.').waitFor({ timeout: 30_000 });
      assert.deepEqual(await titles(dave), ['Night ferry', 'Second'], 'nothing was overwritten');
      await dialog.getByRole('button', { name: choice }).click();
      if (choice === 'Take the other one') {
        await until('the other queue', async () => String((await saved(page)).queue.map((entry) => entry.title)) === 'Night ferry,Second');
        await play(page).click();
        const heard = await hear(page, 'where the other one was', (now) => now.track === ferry.id && now.left > 0.005);
        assert.ok(Math.abs(heard.position - 9) < 2, String(heard.position));
      } else {
        await until('mine', async () => String(await titles(dave)).startsWith('First') && !(await titles(dave)).includes('Second'));
      }
    });
  }
});
