/** Comments on the page of a track: written at a moment of it, read beside the waveform and on it. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { assertStatus } from '../support/client.ts';
import { isFull } from '../support/level.ts';
import { until } from '../support/wait.ts';
import { PASSWORD, template, type Person } from '../support/world.ts';
import { settled } from './support/browser.ts';
import { hear } from './support/ear.ts';
import { lookAt } from './support/look.ts';
import { enterAsRoot } from './support/people.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.startKnown('comments');
const { world } = stage;
const song = await stage.track('carol', 'Night Ferry', tones(30, 440));
const busy = await stage.track('carol', 'Busy Harbour', tones(30, 330), { description: 'Recorded at the quay, in one take.' });
const quiet = await stage.track('carol', 'Quiet Bay', tones(2, 220));

const say = async (who: Person, id: string, content: string, timestamp?: number) => {
  const reply = await world.as(who).post('/api/v1/tracks/{id}/comments', { path: { id }, body: { content, ...(timestamp !== undefined && { timestamp }) } });
  assertStatus(reply, 201);
  return reply.body.id;
};
const commentsOf = async (id: string) => {
  const reply = await world.visitor.get('/api/v1/tracks/{id}/comments', { path: { id }, query: { limit: 100 } });
  assertStatus(reply, 200);
  return reply.body.items;
};

/* a comment of everybody, in both directions, and one whose author is gone */
for (const [who, text, at] of [['alice', 'The horn at the beginning gives me shivers.', 2], ['bob', 'أحب هذا الجزء', 2.4], ['dave', 'I was there that night.', 9],
  ['mia', 'Two thoughts:\n– the reverb is wide\n– the voice is near', 17], ['alice', 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft', 29.5]] as const) await say(who, busy.id, text, at);
await say('bob', busy.id, 'On the whole: the best of this year.');

const section = (page: Page) => page.getByRole('region', { name: /^Comments/ });
const row = (page: Page, text: string) => section(page).getByRole('listitem').filter({ hasText: text });
const field = (page: Page) => section(page).getByLabel('Your comment');
const wave = (page: Page, title = 'Night Ferry') => page.getByRole('main').getByRole('slider', { name: `Position in ${title}` }).first();
const marks = (page: Page) => page.locator('[data-mark]');
/** What is said on the waveform, outside of the list. */
const said = (page: Page, text: string) => marks(page).locator('xpath=..').getByText(text);

async function clickAt(page: Page, slider: Locator, share: number): Promise<void> {
  await slider.scrollIntoViewIfNeeded();
  const box = (await slider.boundingBox())!;
  await page.mouse.click(box.x + box.width * share, box.y + box.height / 3);
}

test('somebody writes at the second that they hear, and it stands there for everybody', async () => {
  await stage.visit('alice', async (eye) => {
    const { page } = eye;
    await page.goto(`/track/${song.id}`);
    await settled(eye);
    assert.equal(await section(page).getByRole('checkbox').isChecked(), false, 'about the whole track, while it is not loaded');
    await clickAt(page, wave(page), 0.5);
    await hear(page, 'Night Ferry from its middle', (now) => now.playing && now.position > 14.5);
    await field(page).fill('What a bass line!\nAnd that echo');
    const place = section(page).getByRole('checkbox', { name: /^At 0:1[4-9]/ });
    await place.waitFor();
    await field(page).press('Control+Enter');
    await row(page, 'What a bass line!').getByText('now', { exact: true }).waitFor();
    assert.equal(await field(page).inputValue(), '');
  });
  const [written] = await commentsOf(song.id);
  assert.deepEqual([written?.content, written?.author?.username], ['What a bass line!\nAnd that echo', 'alice']);
  assert.ok(written!.timestamp! > 14 && written!.timestamp! < 20, String(written!.timestamp));

  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await page.goto(`/track/${song.id}`);
    await settled(eye);
    const text = row(page, 'What a bass line!').getByText('And that echo');
    assert.equal((await text.innerText()).split('\n').length, 2, 'the line break is kept');
    await until('the mark', async () => (await marks(page).count()) === 1);
    await row(page, 'What a bass line!').getByRole('button', { name: /^Go to 0:1/ }).click();
    await hear(page, 'it from there', (now) => now.playing && now.position >= written!.timestamp! - 0.1);
    await clickAt(page, wave(page), (written!.timestamp! - 2) / 30);
    await page.mouse.move(10, 10);
    await said(page, 'What a bass line!').waitFor({ state: 'detached' });
    await said(page, 'What a bass line!').waitFor();
    await hear(page, 'what comes after it', (now) => now.position > written!.timestamp! + 4);
    await said(page, 'What a bass line!').waitFor({ state: 'detached' });
    await section(page).getByRole('link', { name: 'Sign in to comment' }).click();
    await page.waitForURL(`**/login?next=${encodeURIComponent(`/track/${song.id}`)}`);
  });
});

test('a click on the waveform while one writes chooses another moment', async () => {
  await stage.visit('bob', async (eye) => {
    const { page } = eye;
    await page.goto(`/track/${song.id}`);
    await settled(eye);
    await field(page).fill('Here it turns');
    await clickAt(page, wave(page), 0.8);
    await section(page).getByRole('checkbox', { name: /^At 0:2[34]/, checked: true }).waitFor();
    await section(page).getByRole('button', { name: 'Comment', exact: true }).click();
    await row(page, 'Here it turns').getByRole('button', { name: /^Go to 0:2[34]/ }).waitFor();
    await until('its mark', async () => (await marks(page).count()) === 2);
  });
  const written = (await commentsOf(song.id)).find((one) => one.content === 'Here it turns');
  assert.ok(Math.abs(written!.timestamp! - 24) < 0.5, String(written!.timestamp));
});

test('the pointer over a mark shows what was said there, and a click on it seeks as anywhere on the waveform', async () => {
  await stage.visit('dave', async (eye) => {
    const { page } = eye;
    await page.goto(`/track/${song.id}`);
    await settled(eye);
    const mark = marks(page).last();
    await mark.waitFor();
    assert.equal(await mark.evaluate((element) => element.closest('[aria-hidden=true]') !== null), true, 'screen readers have the list');
    const box = (await mark.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await said(page, 'Here it turns').waitFor();
    await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await hear(page, 'it from the mark', (now) => now.playing && now.position > 22.5 && now.position < 28);
    await page.mouse.move(10, 10);
    await row(page, 'What a bass line!').getByRole('button', { name: /^Go to/ }).focus();
    await said(page, 'What a bass line!').waitFor();
  });
});

test('what was typed stays when it cannot be sent, and leaving asks first', async () => {
  await stage.visit('dave', async (eye) => {
    const { page } = eye;
    await page.goto(`/track/${song.id}`);
    await settled(eye);
    await page.route('**/api/v1/tracks/*/comments', (route) => (route.request().method() === 'POST' ? route.abort() : route.continue()));
    await field(page).fill('Typed with care');
    await section(page).getByRole('button', { name: 'Comment', exact: true }).click();
    await section(page).getByText('Your comment was not sent.').waitFor();
    assert.equal(await field(page).inputValue(), 'Typed with care');
    assert.equal(await row(page, 'Typed with care').count(), 0);
    await page.getByRole('main').getByRole('link', { name: '@carol' }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Keep editing' }).click();
    await page.unroute('**/api/v1/tracks/*/comments');
    await section(page).getByRole('button', { name: 'Comment', exact: true }).click();
    await row(page, 'Typed with care').getByText('now', { exact: true }).waitFor();
    assert.equal(await section(page).getByText('Your comment was not sent.').count(), 0);
  }, { expected: [/ERR_FAILED/] });
  assert.equal((await commentsOf(song.id)).filter((one) => one.content === 'Typed with care').length, 1);
});

test('the author deletes their own, the owner and moderators any; each is asked first', async () => {
  const remove = async (page: Page, text: string, name: string) => {
    await row(page, text).getByRole('button', { name: `Tools for the comment by ${name}` }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    await page.getByRole('dialog', { name: 'Delete this comment?' }).getByRole('button', { name: 'Delete it' }).click();
    await row(page, text).waitFor({ state: 'detached' });
    await page.getByText('The comment is deleted').first().waitFor();
    assert.match(await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200) ?? ''), /^<h2 id="comments"/, 'the focus stays near');
    assert.ok(!(await commentsOf(song.id)).some((one) => one.content === text));
  };
  for (const text of ['Mine', 'For the owner', 'For a moderator', 'For an administrator']) await say('bob', song.id, text);
  for (const [who, text] of [['bob', 'Mine'], ['carol', 'For the owner'], ['mia', 'For a moderator']] as const) await stage.visit(who, async (eye) => {
    await eye.page.goto(`/track/${song.id}`);
    await settled(eye);
    if (who === 'bob') assert.equal(await row(eye.page, 'What a bass line!').getByRole('button', { name: /^Tools/ }).count(), 0, 'not those of others');
    await remove(eye.page, text, 'bob');
  });
  await stage.visit(null, async (eye) => {
    await enterAsRoot(world, eye.page);
    await eye.page.goto(`/track/${song.id}`);
    await settled(eye);
    await remove(eye.page, 'For an administrator', 'bob');
  });
});

test('somebody answers at a time in the track, changes it, and the owner approves what waits', async () => {
  const talk = await stage.track('carol', 'Long Talk', tones(30, 262), { description: 'The bridge is at 0:20, and more is at https://example.org/bridge.' });
  await say('alice', talk.id, 'Who plays the bass?');
  assertStatus(await world.as('carol').put('/api/v1/users/settings', { body: { hold_first_comments: true } }), 200);
  await world.sql(`delete from track_comments where user_id = '${template.ids.mia}'`);
  await stage.visit('mia', async (eye) => {
    const { page } = eye;
    await page.goto(`/track/${talk.id}`);
    await settled(eye);
    await row(page, 'Who plays').getByRole('button', { name: 'Reply to alice' }).click();
    await row(page, 'Who plays').getByLabel('Reply to alice').fill('Me, from 0:12 on');
    await row(page, 'Who plays').getByRole('button', { name: 'Reply', exact: true }).last().click();
    const mine = row(page, 'Me, from').last();
    await mine.getByText('Waits for approval').waitFor();
    await mine.getByRole('button', { name: 'Tools for the comment by mia' }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    await section(page).getByLabel('Edit').fill('Me, from 0:15 on'); /* what it said stands in the field now */
    await section(page).getByRole('button', { name: 'Save' }).click();
    await mine.getByText('edited').waitFor();
    await mine.getByRole('button', { name: 'Go to 0:15' }).click();
    await hear(page, 'it from the time that the text names', (now) => now.playing && now.position >= 15 && now.position < 19);
  });
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    await page.goto(`/track/${talk.id}`);
    await settled(eye);
    await row(page, 'Who plays').getByRole('button', { name: '1 reply' }).click();
    await row(page, 'Me, from 0:15').last().getByRole('button', { name: 'Tools for the comment by mia' }).click();
    await page.getByRole('menuitem', { name: 'Approve' }).click();
    await row(page, 'Me, from 0:15').last().getByText('Waits for approval').waitFor({ state: 'detached' });
  });
  assertStatus(await world.as('carol').put('/api/v1/tracks/{id}', { path: { id: talk.id }, body: { comments_open: false } }), 200);
  await stage.visit('bob', async (eye) => {
    const { page } = eye;
    await page.goto(`/track/${talk.id}`);
    await settled(eye);
    await section(page).getByText('Comments on this track are closed.').waitFor();
    assert.equal(await field(page).count(), 0);
    await row(page, 'Who plays').getByRole('button', { name: '1 reply' }).click();
    await row(page, 'Me, from 0:15').last().waitFor();
    await page.getByRole('button', { name: 'Go to 0:20' }).click();
    await hear(page, 'it from the time that the description names', (now) => now.playing && now.position >= 20);
    const link = page.getByRole('link', { name: 'https://example.org/bridge' });
    assert.deepEqual([await link.getAttribute('href'), await link.getAttribute('target'), await link.getAttribute('rel')],
      ['https://example.org/bridge', '_blank', 'nofollow ugc noopener noreferrer']);
  });
  assertStatus(await world.as('carol').put('/api/v1/users/settings', { body: { hold_first_comments: false } }), 200);
});

test('a session that ends meanwhile is opened again in place, and the comment is sent', async () => {
  await stage.visit('bob', async (eye) => {
    const { page } = eye;
    await page.goto(`/track/${song.id}`);
    await settled(eye);
    let ended = false;
    await page.route('**/api/v1/tracks/*/comments', async (route) => {
      if (route.request().method() === 'POST' && !ended) {
        ended = true;
        await world.sql(`update sessions set revoked_at = now() where user_id = '${template.ids.bob}'`);
      }
      await route.continue();
    });
    await field(page).fill('Before the end');
    await field(page).press('Control+Enter');
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Sign in', exact: true }).click();
    await row(page, 'Before the end').getByText('now', { exact: true }).waitFor();
    await dialog.waitFor({ state: 'detached' });
  }, { expected: [/status of 40[13]/, /WebSocket connection .* failed/] });
  assert.ok((await commentsOf(song.id)).some((one) => one.content === 'Before the end'));
});

test('what others write appears without a reload: at once for the owner, else when one comes back to the page', async () => {
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    const heard: string[] = [];
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => heard.push(String(payload))));
    await page.goto(`/track/${song.id}`);
    await settled(eye);
    await until('the connection', () => heard.some((text) => text.includes('"hello"')));
    await say('alice', song.id, 'Just now');
    await row(page, 'Just now').waitFor();
  });
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await page.goto(`/track/${song.id}`);
    await settled(eye);
    await say('alice', song.id, 'While away');
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true })));
    await row(page, 'While away').waitFor();
  });
});

test('comments are read in three orders, twenty at first', async () => {
  const many = await stage.track('carol', 'Many Words', tones(30, 550));
  for (let i = 1; i <= 22; i++) await say('alice', many.id, `Word ${i}.`, 30 - i);
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await page.goto(`/track/${many.id}`);
    await settled(eye);
    const first = () => section(page).getByRole('listitem').first().innerText();
    await page.getByRole('heading', { name: 'Comments 22' }).waitFor();
    assert.match(await first(), /Word 22\./);
    assert.equal(await section(page).getByRole('listitem').count(), 20);
    await section(page).getByRole('button', { name: 'Show more' }).click();
    await until('all of them', async () => (await section(page).getByRole('listitem').count()) === 22);
    const order = section(page).getByLabel('Order of the comments');
    await order.selectOption({ label: 'Oldest first' });
    await until('the oldest', async () => /Word 1\./.test(await first()));
    await order.selectOption({ label: 'By time in the track' });
    await until('the first in the track', async () => /Word 22\./.test(await first()));
    assert.ok((await marks(page).count()) < 22, 'marks that would touch each other are one');
    assert.match((await marks(page).allInnerTexts()).join(' '), /\d/, 'which says how many it stands for');
  });
});

test('the comment of somebody whose account is gone stays, without their name', async () => {
  await world.sql(`update users set deleted_at = now(), is_active = false where id = '${template.ids.dave}'`);
  await stage.visit(null, async (eye) => {
    await eye.page.goto(`/track/${busy.id}`);
    await settled(eye);
    await row(eye.page, 'I was there that night.').getByText('Deleted account').waitFor();
  });
});

const nearTheEnd = async (page: Page) => {
  await field(page).fill('La '.repeat(640));
  await section(page).getByText('81 characters left').waitFor();
};
const overMark = async (page: Page) => {
  await marks(page).first().waitFor();
  const box = (await marks(page).first().boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await said(page, 'The horn').waitFor();
};

/* What waits and what is hidden, replies, a deleted comment that has some. */
const open = await say('alice', busy.id, 'How was that recorded?', 5);
const answer = async (who: Person, content: string) => {
  const reply = await world.as(who).post('/api/v1/tracks/{id}/comments', { path: { id: busy.id }, body: { content, parent_id: open } });
  assertStatus(reply, 201);
  return reply.body.id;
};
await answer('carol', 'With two microphones at 0:04, far apart');
await world.sql(`update track_comments set status = 'held' where id = '${await answer('bob', 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft')}'`);
const openThread = async (page: Page) => {
  await row(page, 'How was that').getByRole('button', { name: /repl/ }).last().click();
  await row(page, 'With two').last().waitFor();
};

test('what waits for approval on all of one’s tracks is decided on one page, to which the library leads', async () => {
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    await page.goto('/library');
    await settled(eye);
    await page.getByRole('link', { name: '1 comment waits for your approval' }).click();
    await page.getByRole('heading', { level: 1, name: 'Comments to approve' }).waitFor();
    await page.getByText(/^Donaudampf/).waitFor();
    await page.getByRole('button', { name: /^Approve the comment by/ }).click();
    await page.getByRole('heading', { name: 'Nothing waits for you' }).waitFor();
    await page.getByText('Everybody can read the comment').first().waitFor();
    await page.goto('/notifications');
    await settled(eye);
    assert.equal(await page.getByRole('link', { name: /waits? for your approval/ }).count(), 0);
  });
  await world.sql(`update track_comments set status = 'held' where content like 'Donaudampf%'`);
});

/** Rows that the keyboard goes through: more than are there at first. */
const TABS = isFull ? 40 : 25;
/** On the full level the 3,000 comments that a page must bear. */
const MANY = isFull ? 3000 : 150;

test('of very many comments only those near what is in sight are on the page; the keyboard goes through them, and the waveform has its clusters', async () => {
  const crowded = await stage.track('carol', 'Crowded', tones(30, 392));
  await world.sql(`insert into track_comments (track_id, user_id, content, timestamp, created_at)
    select '${crowded.id}', '${template.ids.dave}', repeat('Said ' || n || '. ', 1 + n % 25), n % 30, now() - n * interval '1 minute' from generate_series(1, ${MANY}) n`);
  await stage.visit('alice', async (eye) => {
    const { page } = eye;
    const rows = section(page).locator('li[aria-posinset]');
    const places = () => rows.evaluateAll((all) => all.map((one) => Number(one.getAttribute('aria-posinset'))));
    await page.goto(`/track/${crowded.id}`);
    await settled(eye);
    await section(page).getByRole('heading', { name: `Comments ${MANY}` }).waitFor();
    await until('clusters', async () => (await marks(page).count()) > 5);
    assert.ok((await marks(page).count()) <= 100);
    const more = section(page).getByRole('button', { name: 'Show more' });
    while ((await more.count()) > 0) {
      await more.click();
      await settled(eye);
    }
    await until('the last one', async () => {
      await page.evaluate(() => window.scrollTo({ top: document.documentElement.scrollHeight, behavior: 'instant' }));
      await rows.last().scrollIntoViewIfNeeded();
      return (await places()).at(-1) === MANY;
    });
    assert.equal(await rows.last().getAttribute('aria-setsize'), String(MANY));
    assert.match(await rows.last().innerText(), new RegExp(`Said ${MANY}\\.`));
    const end = await places();
    assert.ok(end.length < 100, `${end.length} rows`);
    assert.deepEqual(end, end.map((_, i) => end[0]! + i), 'no row is left out');
    const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
    assert.ok(nodes < 6000, `${nodes} elements`);

    const inRow = () => page.evaluate(() => Number(document.activeElement?.closest('li[aria-posinset]')?.getAttribute('aria-posinset') ?? 0));
    await page.keyboard.press('Home');
    await until('the first one', async () => (await places())[0] === 1);
    await rows.first().getByRole('button').first().focus();
    const visited = new Set<number>();
    for (let i = 0; i < 200 && !visited.has(TABS); i++) {
      await page.keyboard.press('Tab');
      const at = await inRow();
      if (at) visited.add(at);
    }
    assert.deepEqual([...visited], Array.from({ length: TABS }, (_, i) => i + 1), 'one after the other');
    assert.ok((await places()).length < 100);
  });
});

lookAt(stage, [
  { name: 'comments-held', path: '/library/comments', who: 'carol', first: ({ page }) => page.getByText(/^Donaudampf/).first().waitFor() },
  { name: 'comments-held-none', full: true, path: '/library/comments', who: 'bob' },
  { name: 'comments-thread', path: `/track/${busy.id}`, who: 'carol', first: ({ page }) => openThread(page) },
  { name: 'comments-guest', full: true, path: `/track/${busy.id}`, who: null },
  { name: 'comments-writing', path: `/track/${busy.id}`, who: 'alice', first: ({ page }) => nearTheEnd(page) },
  { name: 'comments-mark', full: true, path: `/track/${busy.id}`, who: null, first: ({ page }) => overMark(page) },
  { name: 'comments-empty', full: true, path: `/track/${quiet.id}`, who: 'bob' },
  {
    name: 'comments-delete', path: `/track/${busy.id}`, who: 'carol', inSight: true,
    first: async ({ page }) => {
      await section(page).getByRole('button', { name: /^Tools for the comment by bob/ }).first().click();
      await page.getByRole('menuitem', { name: 'Delete' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
]);
