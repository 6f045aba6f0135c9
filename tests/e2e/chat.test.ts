/** Messages: people write to one another in two browsers, and everything appears without a reload. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertStatus } from '../support/client.ts';
import { until } from '../support/wait.ts';
import { template, type Person } from '../support/world.ts';
import { settled } from './support/browser.ts';
import { lookAt } from './support/look.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.startKnown('chat');
const { world } = stage;
const song = await stage.track('carol', 'Night Ferry', tones(8, 440));

async function begin(who: Person, body: { kind: 'direct' | 'private' | 'public'; name?: string; description?: string; user_ids?: string[] }): Promise<string> {
  const reply = await world.as(who).post('/api/v1/conversations', { body });
  assert.ok(reply.status === 200 || reply.status === 201, `${reply.status} ${JSON.stringify(reply.body)}`);
  return (reply.body as { id: string }).id;
}
let made = 0;
const clientId = () => `00000000-0000-4000-8000-${String(++made).padStart(12, '0')}`;
async function say(who: Person, id: string, content: string): Promise<{ id: string; seq: number }> {
  const reply = await world.as(who).post('/api/v1/conversations/{id}/messages', { path: { id }, body: { client_id: clientId(), content } });
  assertStatus(reply, 201);
  return reply.body;
}
async function history(who: Person, id: string): Promise<{ content: string; seq: number; is_deleted: boolean }[]> {
  const reply = await world.as(who).get('/api/v1/conversations/{id}/history', { path: { id }, query: { limit: 100 } });
  assertStatus(reply, 200);
  return reply.body.items;
}

/** The rows of messages on the page. */
const row = (page: Page, text: string) => page.getByRole('article').filter({ hasText: text });
const field = (page: Page, name: string) => page.getByRole('textbox', { name: `Message to ${name}` });
async function write(page: Page, name: string, text: string): Promise<void> {
  await field(page, name).fill(text);
  await field(page, name).press('Enter');
}
const named = async (id: Person) => (await world.as(id).get('/api/v1/auth/me')).body as { display_name: string; username: string };
const nameOf = { alice: (await named('alice')).display_name, bob: (await named('bob')).display_name };

test('two people write to one another, and what is written appears at the other without a reload', async () => {
  await stage.visit('alice', async (alice) => {
    await stage.visit('bob', async (bob) => {
      await bob.page.goto('/dashboard');
      await settled(bob);
      await alice.page.goto(`/u/${(await named('bob')).username}`);
      await settled(alice);
      await alice.page.getByRole('button', { name: 'Message', exact: true }).click();
      await write(alice.page, nameOf.bob, 'Hello **Bob**, listen to `this`');
      await row(alice.page, 'Hello Bob').locator('strong').getByText('Bob').waitFor();
      assert.equal(await field(alice.page, nameOf.bob).inputValue(), '');

      /* the other is told wherever he is */
      await bob.page.getByRole('link', { name: /Messages.*unread message/ }).first().click();
      await bob.page.getByRole('link', { name: new RegExp(`${nameOf.alice}.*Hello`) }).click();
      await bob.page.evaluate(() => { document.documentElement.dataset['mark'] = 'the same page'; });
      await row(bob.page, 'Hello Bob').waitFor();
      await bob.page.getByText('New', { exact: true }).waitFor();
      await until('the count is gone', async () => (await bob.page.getByRole('link', { name: new RegExp(`${nameOf.alice}.*unread`) }).count()) === 0);

      await field(alice.page, nameOf.bob).pressSequentially('two');
      await bob.page.getByText(`${nameOf.alice} is typing…`).waitFor();
      await field(alice.page, nameOf.bob).press('Shift+Enter');
      await field(alice.page, nameOf.bob).pressSequentially('lines');
      await field(alice.page, nameOf.bob).press('Enter');
      await row(bob.page, 'two\nlines').waitFor();

      /* an answer, a reaction, a change, all seen by the other */
      const first = row(bob.page, 'Hello Bob');
      await first.hover();
      await first.getByRole('button', { name: `Reply to ${nameOf.alice}` }).click();
      await write(bob.page, nameOf.alice, 'I do. <b>Not bold</b>');
      await row(alice.page, 'I do. <b>Not bold</b>').getByText('Hello **Bob**').waitFor();
      await row(bob.page, 'two').hover();
      await row(bob.page, 'two').getByRole('button', { name: `React to ${nameOf.alice}` }).click();
      await bob.page.getByRole('menuitem', { name: '🎧' }).click();
      await row(alice.page, 'two').getByRole('button', { name: '🎧, 1' }).waitFor();
      await row(alice.page, 'two').getByRole('button', { name: '🎧, 1' }).click();
      await row(bob.page, 'two').getByRole('button', { name: '🎧, 2' }).waitFor();

      await field(alice.page, nameOf.bob).press('ArrowUp');
      await alice.page.getByRole('textbox', { name: 'Change the message' }).fill('three');
      await alice.page.getByRole('textbox', { name: 'Change the message' }).press('Enter');
      await row(bob.page, 'three').getByText('edited').waitFor();

      await row(alice.page, 'three').hover();
      await row(alice.page, 'three').getByRole('button', { name: `More about the message of ${nameOf.alice}` }).click();
      await alice.page.getByRole('menuitem', { name: 'Delete' }).click();
      await alice.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await row(bob.page, 'This message was deleted.').waitFor();
      assert.equal(await row(bob.page, 'three').count(), 0);

      await write(alice.page, nameOf.bob, `${stage.base}/track/${song.id}`);
      await bob.page.getByRole('button', { name: 'Play Night Ferry' }).waitFor();
      assert.equal(await bob.page.evaluate(() => document.documentElement.dataset['mark']), 'the same page');
      assert.match(await bob.page.getByRole('log').innerText(), /two/, 'a screen reader is told');
    });
  });
});

test('what could not be sent stays, also when the page is closed, and is sent once', async () => {
  const id = await begin('alice', { kind: 'direct', user_ids: [template.ids.carol] });
  await stage.visit('alice', async (eye) => {
    const { page } = eye;
    await page.goto(`/chat/${id}`);
    await settled(eye);
    const name = (await named('carol')).display_name;
    /* the message arrives, and the answer is lost */
    let lost = 0;
    await page.route('**/api/v1/conversations/*/messages', async (route) => {
      lost += 1;
      await route.fetch();
      await route.abort();
    }, { times: 1 });
    await page.route('**/api/v1/ws?*', (route) => route.abort());
    await write(page, name, 'Once and only once');
    await until('it arrived', async () => (await history('carol', id)).length === 1);
    assert.equal(lost, 1);
    await until('it was sent again', async () => (await page.locator('[data-outgoing]').count()) === 0);
    await row(page, 'Once and only once').waitFor();

    await page.context().setOffline(true);
    await write(page, name, 'From the tunnel');
    await page.getByText('Not sent yet.').waitFor();
    await write(page, name, 'And after it');
    await page.context().setOffline(false);
    await until('both arrived', async () => (await history('carol', id)).length === 3);
    await until('nothing waits', async () => (await page.locator('[data-outgoing]').count()) === 0);

    /* closed before it could go */
    await page.route('**/api/v1/conversations/*/messages', (route) => route.abort());
    await write(page, name, 'Before I left');
    await page.getByText('Not sent yet.').waitFor();
    await page.unroute('**/api/v1/conversations/*/messages');
    await page.reload();
    await row(page, 'Before I left').waitFor();
  }, { expected: [/net::ERR|WebSocket/, /status of 40[13]/] });
  assert.deepEqual((await history('carol', id)).map(({ content }) => content), ['Once and only once', 'From the tunnel', 'And after it', 'Before I left']);
});

test('a long history opens where one has not read yet, and goes on in both directions', async () => {
  const id = await begin('carol', { kind: 'private', name: 'Long evenings', user_ids: [template.ids.alice] });
  await world.sql(`
    insert into messages (room_id, sender_id, seq, client_id, content, message_type, created_at)
    select '${id}', '${template.ids.carol}', n, gen_random_uuid(), 'Line number ' || n || '.', 'text', now() - make_interval(mins => 400 - n) from generate_series(1, 300) n;
    update rooms set last_seq = 300, last_active_at = now() where id = '${id}';
    update room_members set read_seq = 150 where room_id = '${id}' and user_id = '${template.ids.alice}'`);
  await stage.visit('alice', async (eye) => {
    const { page } = eye;
    await page.goto(`/chat/${id}`);
    await settled(eye);
    await page.getByText('New', { exact: true }).waitFor();
    await until('the first unread one is in sight', async () => row(page, 'Line number 151.').evaluate((one) => {
      const { top } = one.getBoundingClientRect();
      return top > 0 && top < innerHeight;
    }));
    const box = page.getByRole('region', { name: 'Messages of this conversation' });
    await until('the beginning', async () => {
      await box.evaluate((one) => { one.scrollTop = 0; });
      return (await page.getByText('This is the beginning of the conversation.').count()) === 1;
    });
    await row(page, 'Line number 1.').waitFor();
    await page.getByRole('button', { name: 'To the newest' }).click();
    await row(page, 'Line number 300.').waitFor();
    await until('all is read', async () => {
      const reply = await world.as('alice').get('/api/v1/conversations/{id}', { path: { id } });
      assertStatus(reply, 200);
      return reply.body.unread_count === 0;
    });
    await row(page, 'Line number 290.').hover();
    await row(page, 'Line number 290.').getByRole('button', { name: /^More about the message/ }).click();
    await page.getByRole('menuitem', { name: 'Mark unread from here' }).click();
    await page.getByRole('link', { name: /Long evenings.*11 unread/s }).waitFor();
  });
});

test('a room is made, somebody joins by its link, is made a moderator, and leaves', async () => {
  let link = '';
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    await page.goto('/chat');
    await settled(eye);
    await page.getByRole('button', { name: 'New conversation' }).first().click();
    await page.getByRole('radio', { name: 'Private room' }).check();
    await page.getByRole('textbox', { name: 'Name' }).fill('Tape club');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'Tape club' }).waitFor();
    await page.getByRole('button', { name: 'Members', exact: true }).click();
    await page.getByRole('button', { name: 'Link of invitation' }).click();
    link = await page.getByRole('group', { name: 'Link of invitation' }).locator('code').innerText();
    await stage.visit('dave', async (other) => {
      await other.page.goto(new URL(link).pathname);
      await settled(other);
      await other.page.getByRole('button', { name: 'Join' }).click();
      await other.page.getByRole('heading', { name: 'Tape club' }).waitFor();
      const { display_name } = await named('dave');
      await page.getByRole('button', { name: `About ${display_name}` }).click();
      await page.getByRole('menuitemradio', { name: 'Moderator' }).click();
      await page.keyboard.press('Escape');
      await page.getByRole('list', { name: 'Members' }).getByText('Moderator', { exact: true }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      await write(page, 'Tape club', 'Welcome @dave and @all');
      await row(other.page, 'Welcome').waitFor();
      await other.page.getByRole('button', { name: 'More about this conversation' }).click();
      await other.page.getByRole('menuitem', { name: 'Leave the room' }).click();
      await other.page.getByRole('dialog').getByRole('button', { name: 'Leave the room' }).click();
      await other.page.waitForURL(/\/chat$/);
      await page.getByText('1 member', { exact: false }).first().waitFor();
    });
  });
});

test('a picture is pasted, sent and shown, and found again', async () => {
  const id = await begin('alice', { kind: 'private', name: 'Covers', user_ids: [template.ids.bob] });
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  await stage.visit('alice', async (eye) => {
    const { page } = eye;
    await page.goto(`/chat/${id}`);
    await settled(eye);
    await page.getByLabel('Attach files').setInputFiles({ name: 'cover.png', mimeType: 'image/png', buffer: Buffer.from(png, 'base64') });
    await page.getByRole('list', { name: 'Files of the message' }).getByText('byte').waitFor();
    await write(page, 'Covers', 'The first try');
    const picture = page.getByRole('img', { name: 'cover.png' });
    await picture.waitFor();
    await until('it is drawn', async () => picture.evaluate((one) => (one as HTMLImageElement).naturalWidth === 1));
    await page.getByRole('button', { name: 'Search this conversation' }).click();
    await page.getByRole('textbox', { name: 'Words' }).fill('first');
    await page.getByRole('list', { name: 'Messages found' }).getByText('The first try').click();
    await page.waitForURL(/\?at=1$/);
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });
});

/* what is looked at: a room with everything in it */
const seen = await begin('bob', { kind: 'public', name: 'Modular evenings', description: 'Patches, cables, and what came out.', user_ids: [template.ids.mia] });
for (const [who, text] of [
  ['mia', 'Hello everybody! **Who** plays tonight?'], ['bob', 'I do. The set list:\n- Night Ferry\n- Busy Harbour\n1. not sure\n2. yet'],
  ['mia', '> I do\nGreat, @bob. Here is the patch:\n```\nvco -> vcf -> vca\n```\nand ||a surprise||'], ['bob', `${stage.base}/track/${song.id}`], ['bob', 'أحب هذا الجزء'],
  ['mia', 'https://example.org/a/very/long/address/that/does/not/fit/into/a/narrow/telephone/at/all/whatever/one/does'], ['mia', 'x'.repeat(120)],
] as [Person, string][]) await say(who, seen, text);
const answered = await say('mia', seen, 'Anybody else?');
assertStatus(await world.as('bob').post('/api/v1/conversations/{id}/messages', { path: { id: seen }, body: { client_id: clientId(), content: 'Me!', reply_to_id: answered.id } }), 201);
assertStatus(await world.as('bob').post('/api/v1/chat/rooms/{roomId}/messages/{messageId}/reactions', { path: { roomId: seen, messageId: answered.id }, body: { emoji: '🔥' } }), 200);
assertStatus(await world.as('mia').put('/api/v1/conversations/{id}/messages/{messageId}/pin', { path: { id: seen, messageId: answered.id } }).then(async (reply) => (reply.status === 204 ? reply : world.as('bob').put('/api/v1/conversations/{id}/messages/{messageId}/pin', { path: { id: seen, messageId: answered.id } }))), 204);
await begin('mia', { kind: 'direct', user_ids: [template.ids.bob] }).then((id) => say('bob', id, 'See you tonight'));

lookAt(stage, [
  { name: 'messages', path: '/chat', who: 'mia', inSight: true },
  { name: 'messages-room', path: `/chat/${seen}`, who: 'mia', inSight: true },
  { name: 'messages-empty', path: '/chat', who: 'dave', inSight: true },
  { name: 'messages-outside', path: `/chat/${seen}`, who: 'carol', inSight: true },
]);
