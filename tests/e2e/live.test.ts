/** Messages of the server in an open page: a connection that is lost and comes back. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { until } from '../support/wait.ts';
import { Stage, template, tones } from './support/stage.ts';

const stage = await Stage.startKnown('live');
const song = await stage.track('carol', 'Before', tones(2, 440));
const alice = template.ids.alice;

test('what happened while the server was down appears in the open page, without a reload', async () => {
  await stage.visit('alice', async ({ page }) => {
    const opened: string[] = [], heard: string[] = [];
    page.on('websocket', (socket) => {
      opened.push(socket.url());
      socket.on('framereceived', ({ payload }) => heard.push(String(payload)));
    });
    await page.goto(`/track/${song.id}`);
    await until('both subscriptions', () => [`user:${alice}`, `track:${song.id}`].every((topic) => heard.some((text) => text.includes('"subscribed"') && text.includes(topic))));
    await page.evaluate(() => { document.documentElement.dataset['mark'] = 'the same page'; });
    await stage.world.server.stop('SIGKILL');
    await stage.world.sql(`
      update tracks set title = 'Came back' where id = '${song.id}';
      select realtime_send('track:${song.id}', 'track.changed', jsonb_build_object('track_id', '${song.id}'));
      with n as (insert into notifications (user_id, type, title) values ('${alice}', 'account.passkey_added', 'A passkey was added') returning *)
      select realtime_send('user:${alice}', 'notification', jsonb_build_object('is_new', true, 'notification', jsonb_build_object('id', n.id, 'type', n.type, 'title', n.title,
        'content', n.content, 'link', n.link, 'data', n.data, 'actor', null, 'others', 0, 'read', n.read, 'read_at', n.read_at, 'created_at', n.created_at))) from n`);
    await stage.world.server.start();
    await page.getByRole('heading', { name: 'Came back' }).waitFor();
    await page.getByRole('link', { name: /Notifications, 1 new/ }).first().waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.dataset['mark']), 'the same page');
    assert.match(opened.at(-1)!, /&after=\d+$/, 'it named the newest message that it had');
    assert.ok(heard.some((text) => text.includes('"track.changed"')), 'what it missed was sent');
  }, { expected: [/ERR_CONNECTION_REFUSED/, /WebSocket/, /ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/] });
});
