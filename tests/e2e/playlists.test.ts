/** Playlists: filled from the menu of a track, put in order by keyboard, mouse and finger, shown to others. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertStatus } from '../support/client.ts';
import { template } from '../support/world.ts';
import { until } from '../support/wait.ts';
import { choose } from './support/actions.ts';
import { settled, type Eye } from './support/browser.ts';
import { hear } from './support/ear.ts';
import { lookAt } from './support/look.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('playlists');
const alice = stage.world.as('alice'), carol = stage.world.as('carol');
const tides = await stage.track('carol', 'Tides', tones(20, 440));
const ferry = await stage.track('carol', 'Night ferry', tones(20, 550));
const slow = await stage.track('dave', 'Slow boat', tones(20, 660));
const harbour = await stage.track('dave', 'Harbour lights', tones(20, 770));
const draft = await stage.track('carol', 'Draft', tones(5, 330), { is_public: 'false' });

async function make(owner: typeof alice, name: string, tracks: readonly { id: string }[], is_public = false): Promise<string> {
  const made = await owner.post('/api/v1/playlists', { body: { name, is_public, description: 'For the last train,\nand the walk after it.' } });
  assertStatus(made, 201);
  for (const track of tracks) assertStatus(await owner.post('/api/v1/playlists/{id}/tracks', { path: { id: made.body.id }, body: { track_id: track.id } }), 201);
  return made.body.id;
}

const order = async (id: string) => {
  const reply = await alice.get('/api/v1/playlists/{id}/tracks', { path: { id }, query: { limit: 100 } });
  assertStatus(reply, 200);
  return reply.body.items.map((one) => one.title).join(', ');
};
const shown = async (page: Page) => (await page.getByRole('main').getByRole('heading', { level: 3 }).allTextContents()).join(', ');
const handle = (page: Page, title: string) => page.getByRole('main').getByRole('button', { name: `Move ${title}` });

async function open({ page, asking }: Pick<Eye, 'page' | 'asking'>, path: string): Promise<void> {
  await page.goto(path);
  await settled({ page, asking });
}

test('a track goes into a new playlist from its menu, and is not put in twice by mistake', async () => {
  await stage.visit('bob', async (eye) => {
    const { page } = eye;
    const dialog = page.getByRole('dialog', { name: 'Add to playlist' });
    const ask = async (title: string) => {
      await page.getByRole('main').getByRole('button', { name: `Tools for ${title}` }).click();
      await page.getByRole('menuitem', { name: 'Add to playlist…' }).click();
      await dialog.waitFor();
    };
    await open(eye, '/u/carol');
    await ask('Tides');
    await dialog.getByLabel('New playlist').fill('Late trains');
    await page.keyboard.press('Enter');
    await page.getByText('Tides is in “Late trains”').first().waitFor();
    await dialog.waitFor({ state: 'hidden' });
    await ask('Night ferry');
    await dialog.getByRole('button', { name: /^Late trains/ }).click();
    await page.getByText('Night ferry is in “Late trains”').first().waitFor();
    await ask('Tides');
    await dialog.getByRole('button', { name: /^Late trains.*Already in it/ }).click();
    await dialog.getByText('It has this track already.').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await page.getByRole('navigation', { name: 'Main' }).first().getByRole('link', { name: 'Playlists' }).click();
    await page.getByRole('heading', { level: 1, name: 'Your playlists' }).waitFor();
    await page.getByRole('article').filter({ hasText: 'Late trains' }).getByText('2 tracks').waitFor();
    await page.getByRole('link', { name: 'Late trains' }).click();
    await page.getByRole('heading', { level: 1, name: 'Late trains' }).waitFor();
    await until('both in their order', async () => (await shown(page)) === 'Tides, Night ferry');
  });
});

test('whoever has no playlist is led to the first one', async () => {
  await stage.visit('dave', async (eye) => {
    const { page } = eye;
    await open(eye, '/playlists');
    await page.getByRole('button', { name: 'Make a playlist' }).click();
    await page.getByLabel('Name').fill('Boats');
    await page.getByLabel('Description').fill('Only boats');
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { level: 1, name: 'Boats' }).waitFor();
    await page.getByText('Only boats').waitFor();
    await page.getByRole('heading', { name: 'Nothing in here yet' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Your playlists' }).waitFor();
    assert.equal(await page.getByRole('dialog').count(), 0, 'Back leads to the list, not to the form');
  });
});

test('items move with the arrow keys and with the mouse, and stay there after a reload', async () => {
  const id = await make(alice, 'To sort', [tides, ferry, slow, harbour]);
  await stage.visit('alice', async (eye) => {
    const { page } = eye;
    await open(eye, `/playlist/${id}`);
    await handle(page, 'Tides').focus();
    await page.keyboard.press('ArrowDown');
    await page.getByText('Tides is now number 2 of 4').waitFor({ state: 'attached' });
    await until('it to be shown', async () => (await shown(page)) === 'Night ferry, Tides, Slow boat, Harbour lights');
    await until('the focus to go with it', () => handle(page, 'Tides').evaluate((one) => one === document.activeElement));
    await page.keyboard.press('ArrowDown');
    await until('the server to have both', async () => (await order(id)) === 'Night ferry, Slow boat, Tides, Harbour lights');

    await handle(page, 'Harbour lights').scrollIntoViewIfNeeded();
    const from = (await handle(page, 'Harbour lights').boundingBox())!, to = (await handle(page, 'Night ferry').boundingBox())!;
    await page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(to.x + to.width / 2, to.y - 60, { steps: 6 }); /* the page may scroll meanwhile */
    await page.mouse.up();
    await until('the server to have it', async () => (await order(id)) === 'Harbour lights, Night ferry, Slow boat, Tides');
    await page.reload();
    await settled(eye);
    assert.equal(await shown(page), 'Harbour lights, Night ferry, Slow boat, Tides');
  });
});

test('on a phone a finger carries an item to its place', async () => {
  const id = await make(alice, 'By finger', [tides, ferry, slow]);
  await stage.visit('alice', async (eye) => {
    const { page, context } = eye;
    await open(eye, `/playlist/${id}`);
    await handle(page, 'Slow boat').scrollIntoViewIfNeeded();
    await handle(page, 'Tides').scrollIntoViewIfNeeded();
    const from = (await handle(page, 'Tides').boundingBox())!, to = (await handle(page, 'Slow boat').boundingBox())!;
    const x = from.x + from.width / 2;
    const [start, end] = [from.y + from.height / 2, to.y + to.height / 2];
    const finger = await context.newCDPSession(page);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', y?: number) =>
      finger.send('Input.dispatchTouchEvent', { type, touchPoints: y === undefined ? [] : [{ x, y }] });
    await touch('touchStart', start);
    for (let step = 1; step <= 6; step++) await touch('touchMove', start + ((end - start) * step) / 6);
    await touch('touchEnd');
    await until('the server to have it', async () => (await order(id)) === 'Night ferry, Slow boat, Tides');
    assert.equal(await shown(page), 'Night ferry, Slow boat, Tides');
  }, { width: 360, height: 720 });
});

test('what was taken out elsewhere leaves the page by itself, and the rest moves on', async () => {
  const id = await make(alice, 'Two at once', [tides, ferry, slow]);
  await stage.visit('alice', async (eye) => {
    const { page } = eye;
    await open(eye, `/playlist/${id}`);
    assertStatus(await alice.delete('/api/v1/playlists/{id}/tracks/{track_id}', { path: { id, track_id: ferry.id } }), 204);
    await until('it to be gone', async () => (await shown(page)) === 'Tides, Slow boat');
    await handle(page, 'Tides').focus();
    await page.keyboard.press('ArrowDown');
    await until('the server to have it', async () => (await order(id)) === 'Slow boat, Tides');
  });
});

test('an item is taken out, and undo puts it back where it was', async () => {
  const id = await make(alice, 'To thin out', [tides, ferry, slow]);
  await stage.visit('alice', async (eye) => {
    const { page } = eye;
    await open(eye, `/playlist/${id}`);
    await page.getByRole('main').getByRole('button', { name: 'Tools for Night ferry' }).click();
    await page.getByRole('menuitem', { name: 'Remove from this playlist' }).click();
    await until('it to be gone', async () => (await order(id)) === 'Tides, Slow boat');
    await page.getByRole('button', { name: 'Undo' }).click();
    await until('it to be back', async () => (await order(id)) === 'Tides, Night ferry, Slow boat');
    await until('it to be shown', async () => (await shown(page)) === 'Tides, Night ferry, Slow boat');
  });
});

test('a playlist that is made public opens without an account and plays from any row on; what its reader may not see keeps its place', async () => {
  const id = await make(carol, 'From the harbour', [draft, tides, slow, harbour]);
  await stage.visit(null, async (eye) => {
    await open(eye, `/playlist/${id}`);
    await eye.page.getByRole('heading', { name: 'This playlist does not exist' }).waitFor();
  }, { expected: [/status of 404/] });
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    await open(eye, `/playlist/${id}`);
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Name').fill('From the quay');
    await page.getByLabel('Who may see it').selectOption('Public');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'From the quay' }).waitFor();
    assert.equal(await shown(page), 'Draft, Tides, Slow boat, Harbour lights');
  });
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await open(eye, `/playlist/${id}`);
    await page.getByText('4 tracks').waitFor();
    await page.getByText('This track is not available').waitFor();
    assert.ok(!(await page.content()).includes('Draft'));
    assert.equal(await page.getByRole('button', { name: /^Move/ }).count(), 0);
    await page.getByRole('main').getByRole('button', { name: 'Play Slow boat' }).click();
    await hear(page, 'the boat', (now) => now.track === slow.id && now.left > 0.005);
    await page.keyboard.press('Shift+ArrowRight');
    await hear(page, 'what comes after it', (now) => now.track === harbour.id && now.left > 0.005);
    await page.getByRole('button', { name: 'Pause From the quay' }).waitFor();
  });
});

test('a private playlist opens by a link, until that is revoked in the dialog where it was made', async () => {
  const id = await make(carol, 'For friends', [draft, tides, slow]);
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    await open(eye, `/playlist/${id}`);
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Share this playlist' });
    await dialog.getByLabel('It works').selectOption('For 7 days');
    await dialog.getByRole('button', { name: 'Create a link' }).click();
    const address = (await dialog.getByRole('group', { name: 'Link', exact: true }).textContent())!;
    assert.match(address, /\/p\/[A-Za-z0-9_-]{43}$/);
    const link = new URL(address).pathname;
    await stage.visit(null, async (friend) => {
      await open(friend, link);
      await friend.page.getByRole('heading', { level: 1, name: 'For friends' }).waitFor();
      assert.equal(await shown(friend.page), 'Tides, Slow boat');
      await friend.page.getByText('This track is not available').waitFor();
      assert.equal(await friend.page.getByRole('button', { name: /^Move/ }).count(), 0);
      await friend.page.getByRole('button', { name: 'Play For friends' }).click();
      await hear(friend.page, 'the tides', (now) => now.track === tides.id && now.left > 0.005);
    });
    await page.reload();
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await dialog.getByText('Opened 1 time').waitFor();
    await dialog.getByRole('button', { name: /^Change the link/ }).click();
    await page.getByRole('menuitem', { name: 'Revoke', exact: true }).click();
    await page.getByText('Link revoked').first().waitFor();
    await dialog.getByText('Opened 1 time').waitFor({ state: 'hidden' });
    await stage.visit(null, async (friend) => {
      await open(friend, link);
      await friend.page.getByRole('heading', { name: 'This link no longer works' }).waitFor();
    }, { expected: [/status of 404/] });
  });
});

test('two work on a playlist and see what the other does; from whoever is taken out it goes at once', async () => {
  const id = await make(carol, 'Both of us', [tides, slow]);
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    await open(eye, `/playlist/${id}`);
    await page.getByRole('button', { name: 'People', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'People' });
    await dialog.getByLabel('Add somebody').fill('mia');
    await dialog.getByRole('button', { name: 'Add mia' }).click();
    await dialog.getByLabel('What mia may do').waitFor();
    await page.keyboard.press('Escape');
    await stage.visit('mia', async (other) => {
      await open(other, `/playlist/${id}`);
      await other.page.getByRole('main').getByRole('button', { name: 'Tools for Tides' }).click();
      await other.page.getByRole('menuitem', { name: 'Remove from this playlist' }).click();
      await until('Carol to see it', async () => (await shown(page)) === 'Slow boat');
      assertStatus(await carol.post('/api/v1/playlists/{id}/tracks', { path: { id }, body: { track_id: ferry.id } }), 201);
      await until('Mia to see it', async () => (await shown(other.page)) === 'Slow boat, Night ferry');
      await page.getByRole('button', { name: 'People', exact: true }).click();
      await dialog.getByRole('button', { name: 'Take mia out' }).click();
      await dialog.getByText('Nobody but its owner so far.').waitFor();
      await other.page.getByRole('heading', { name: 'This playlist does not exist' }).waitFor();
      await page.keyboard.press('Escape');
      await until('the rest to be as it was', async () => (await shown(page)) === 'Slow boat, Night ferry');
    }, { expected: [/status of 404/] });
  });
});

test('a playlist is followed from its page, is listed among one\'s own, and is found by the search', async () => {
  await make(carol, 'Harbour nights', [tides, slow], true).then((id) => stage.visit('mia', async (eye) => {
    const { page } = eye;
    await open(eye, `/playlist/${id}`);
    await page.getByRole('button', { name: 'Follow', exact: true }).click();
    await page.getByRole('button', { name: 'Following', pressed: true }).waitFor();
    await page.getByRole('navigation', { name: 'Main' }).first().getByRole('link', { name: 'Playlists' }).click();
    await page.getByRole('region', { name: 'Followed' }).getByRole('link', { name: 'Harbour nights' }).waitFor();
    await page.getByRole('button', { name: 'Favorites' }).click();
    await page.getByRole('heading', { level: 1, name: 'Favorites' }).waitFor();
    await page.keyboard.press('/');
    await page.getByRole('combobox').fill('nights harb');
    await page.getByRole('option', { name: /Harbour nights.*Playlist by/ }).click();
    await page.getByRole('heading', { level: 1, name: 'Harbour nights' }).waitFor();
  }));
});

test('what was changed is undone at once, or later in the history, which tells who changed what; others see it', async () => {
  const id = await make(carol, 'With a history', [tides, ferry, slow], true);
  assertStatus(await carol.post('/api/v1/playlists/{id}/collaborators', { path: { id }, body: { user_id: template.ids.mia, permission: 'write' } }), 201);
  const first = (await carol.get('/api/v1/playlists/{id}/tracks', { path: { id } })).body.items[0]!.id;
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    await open(eye, `/playlist/${id}`);
    await handle(page, 'Slow boat').first().focus();
    await page.keyboard.press('ArrowUp');
    await page.getByText('Slow boat was moved').first().waitFor();
    assert.equal(await shown(page), 'Tides, Slow boat, Night ferry');
    await page.getByRole('button', { name: 'Undo' }).click();
    await until('the order to be back', async () => (await order(id)) === 'Tides, Night ferry, Slow boat');
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Name').fill('Without one');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'Without one' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { level: 1, name: 'With a history' }).waitFor();
    assertStatus(await stage.world.as('mia').delete('/api/v1/playlists/{id}/tracks/{track_id}', { path: { id, track_id: first } }), 204);
    await until('it to be gone', async () => (await shown(page)) === 'Night ferry, Slow boat');
    await choose(page, 'History');
    const dialog = page.getByRole('dialog', { name: 'History of this playlist' });
    const rows = dialog.getByRole('listitem');
    await rows.filter({ hasText: 'mia' }).getByText('1 track removed').waitFor();
    await rows.filter({ hasText: 'carol' }).getByText('3 tracks added · 2 tracks moved').waitFor();
    await rows.last().getByText('How it was before').waitFor();
    await rows.nth(1).getByRole('button', { name: 'Restore' }).click();
    await page.getByText(/^The playlist is as it was at/).first().waitFor();
    await until('it to be back', async () => (await shown(page)) === 'Tides, Night ferry, Slow boat');
    await page.getByRole('button', { name: 'Undo' }).click();
    await until('restoring to be undone', async () => (await shown(page)) === 'Night ferry, Slow boat');
    await settled(eye);
  });
});

test('its owner sees what came of a playlist; the editors choose it, and everybody finds it among the chosen ones and, with a reason, among those for them', async () => {
  const id = await make(carol, 'Worth choosing', [tides, slow], true);
  for (const [visit, person] of ([null, 'dave'] as const).entries()) await stage.visit(person, async (eye) => {
    await open(eye, `/playlist/${id}`);
    await eye.page.getByRole('heading', { level: 1, name: 'Worth choosing' }).waitFor();
    await until('it to be counted', async () => (await carol.get('/api/v1/playlists/{id}/analytics', { path: { id } })).body.openings === visit + 1);
  });
  await stage.visit('carol', async (eye) => {
    const { page } = eye;
    await open(eye, `/playlist/${id}`);
    await choose(page, 'Statistics');
    const dialog = page.getByRole('dialog', { name: 'Statistics of this playlist' });
    await dialog.getByRole('definition').first().getByText('2', { exact: true }).waitFor();
    await dialog.getByLabel('Period').selectOption('Last 90 days');
    await until('90 days', async () => (await dialog.getByRole('table', { name: 'Opened' }).getByRole('row').count()) === 90);
    await page.keyboard.press('Escape');
    await page.getByRole('main').getByRole('button', { name: 'Tools for Worth choosing' }).click();
    await page.getByRole('menuitem', { name: 'Statistics' }).waitFor();
    assert.equal(await page.getByRole('menuitemcheckbox', { name: 'Feature' }).count(), 0);
  });
  assertStatus(await stage.world.as('root').put('/api/v1/playlists/{id}/editorial', { path: { id }, body: { is_editorial: true } }), 200);
  await stage.visit(null, async (eye) => {
    const { page } = eye;
    await open(eye, '/discover');
    await page.getByRole('region', { name: 'Editors’ choice' }).getByRole('link', { name: 'Worth choosing' }).click();
    await page.getByText('Editors’ choice').first().waitFor();
  });
  await stage.visit('bob', async (eye) => {
    const { page } = eye;
    await open(eye, '/dashboard');
    const list = page.getByRole('region', { name: 'Playlists for you' });
    await list.getByRole('listitem').filter({ hasText: 'Worth choosing' }).getByText('Editors’ choice').first().waitFor();
    const mia = stage.world.as('mia');
    for (const { id } of [tides, slow]) assertStatus(await mia.post('/api/v1/tracks/{id}/like', { path: { id } }), 200);
    await open(eye, `/track/${tides.id}`);
    const alike = page.getByRole('region', { name: 'More like this' }).getByRole('listitem');
    await alike.filter({ hasText: 'Slow boat' }).getByText('Liked by people who like “Tides”').waitFor();
  });
});

test('its owner deletes a playlist, after being asked', async () => {
  const id = await make(alice, 'To forget', [tides]);
  await stage.visit('alice', async (eye) => {
    const { page } = eye;
    await open(eye, `/playlist/${id}`);
    await choose(page, 'Delete');
    const dialog = page.getByRole('dialog', { name: 'Delete this playlist?' });
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.waitForURL('**/playlists');
    await page.getByText('“To forget” was deleted').first().waitFor();
    await settled(eye);
    assert.equal(await page.getByRole('link', { name: 'To forget' }).count(), 0);
  }, { expected: [/status of 404/] }); /* the page may still ask for it when it hears that it may not listen any more */
});

test('a playlist of another player is imported, tells what became of each line, and is exported as a file', async () => {
  const file = ['#EXTM3U', '#PLAYLIST:From my old player', '#EXTINF:20,carol - Tides', '/music/1.mp3', '#EXTINF:20,Nobody - Night ferry', '/music/2.mp3', '#EXTINF:20,Nadia - Not here at all', '/music/3.mp3'].join('\r\n');
  await stage.visit('bob', async (eye) => {
    const { page } = eye;
    await open(eye, '/playlists');
    await page.getByRole('button', { name: 'Import' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Import a playlist' });
    await dialog.getByLabel('Choose a file').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no playlist') });
    await dialog.getByRole('alert').filter({ hasText: 'This file could not be read' }).waitFor();
    await dialog.getByLabel('Choose a file').setInputFiles({ name: 'old.m3u', mimeType: 'audio/x-mpegurl', buffer: Buffer.from(file) });
    await dialog.getByText('“From my old player” is here').waitFor();
    for (const text of ['1 track found', '1 not certain', '1 not here', 'A track with this title exists, by another artist', 'No such track here']) await dialog.getByText(text, { exact: false }).first().waitFor();
    await dialog.getByRole('button', { name: /^Take .*Night ferry$/ }).click();
    await dialog.getByText(/^Taken: .*Night ferry$/).waitFor();
    const [report] = await Promise.all([page.waitForEvent('download'), dialog.getByRole('button', { name: 'Save the report' }).click()]);
    assert.equal(report.suggestedFilename(), 'From my old player.txt');
    await dialog.getByRole('link', { name: 'Open the playlist' }).click();
    await page.getByRole('heading', { level: 1, name: 'From my old player' }).waitFor();
    await page.getByText('Nadia · Not here yet').waitFor();
    await page.getByRole('main').getByRole('link', { name: 'Night ferry' }).first().waitFor();
    assert.equal(await shown(page), 'Tides, Night ferry, Not here at all');
    const [saved] = await Promise.all([page.waitForEvent('download'), choose(page, 'M3U8, for players')]);
    assert.equal(saved.suggestedFilename(), 'From my old player.m3u8');
  }, { expected: [/status of 422/] });
});

test('somebody copies a public playlist and changes the copy', async () => {
  const id = await make(carol, 'Worth a copy', [tides, slow], true);
  await stage.visit('alice', async (eye) => {
    const { page } = eye;
    await open(eye, `/playlist/${id}`);
    await page.getByRole('button', { name: 'Make a copy' }).click();
    await page.getByText('“Worth a copy” was copied.').first().waitFor();
    await page.getByRole('link', { name: 'Copied from Worth a copy' }).waitFor();
    await until('its items', async () => (await shown(page)) === 'Tides, Slow boat');
    await handle(page, 'Slow boat').first().waitFor();
    await page.getByText('Private').first().waitFor();
  });
});

const late = await make(carol, 'Late trains', [draft, tides, ferry, slow, harbour], true);
await make(carol, 'قطارات الليل', [ferry]);
await make(carol, 'A playlist with a name that is so long that it cannot be shown in one line of a card', []);
const empty = await make(carol, 'Nothing yet', []);

/** The report of an import stays open. */
async function importing({ page }: Eye): Promise<void> {
  const lines = ['#EXTINF:20,Nobody - Night ferry', '#EXTINF:20,Nadia Sow - A title that is long enough that it cannot stand in one line of a narrow screen', '#EXTINF:20,Tides'].map((line, i) => `${line}\n/m/${i}.mp3`);
  await page.getByRole('button', { name: 'Import' }).first().click();
  await page.getByLabel('Choose a file').setInputFiles({ name: 'old.m3u', mimeType: 'audio/x-mpegurl', buffer: Buffer.from(`#EXTM3U\n/track/${slow.id}\n${lines.join('\n')}`) });
  await page.getByRole('link', { name: 'Open the playlist' }).waitFor();
}
async function imported(eye: Eye): Promise<void> {
  await importing(eye);
  await eye.page.getByRole('link', { name: 'Open the playlist' }).click();
  await eye.page.getByText('Nadia Sow · Not here yet').waitFor();
  await rest(eye);
}

const forFriends = await alice.post('/api/v1/playlists', { body: { name: 'For friends' } });
assertStatus(forFriends, 201);
for (const one of [tides, ferry]) assertStatus(await alice.post('/api/v1/playlists/{id}/tracks', { path: { id: forFriends.body.id }, body: { track_id: one.id } }), 201);
assertStatus(await alice.post('/api/v1/playlists/{id}/collaborators', { path: { id: forFriends.body.id }, body: { user_id: template.ids.mia, permission: 'write' } }), 201);
const link = await alice.post('/api/v1/playlists/{id}/share', { path: { id: forFriends.body.id }, body: {} });
assertStatus(link, 201);

const rest = async ({ page }: Eye) => page.mouse.move(0, 0);
lookAt(stage, [
  { name: 'playlists', path: '/playlists', who: 'carol' },
  { name: 'playlists empty', full: true, path: '/playlists', who: 'mia' },
  { name: 'playlist own', path: `/playlist/${late}`, who: 'carol' },
  { name: 'playlist imported', full: true, path: '/playlists', who: 'carol', first: imported },
  { name: 'playlist import', path: '/playlists', who: 'carol', inSight: true, first: importing },
  { name: 'playlist empty', full: true, path: `/playlist/${empty}`, who: 'carol' },
  { name: 'playlist guest', full: true, path: `/playlist/${late}`, who: null },
  { name: 'playlist playing', full: true, path: `/playlist/${late}`, who: null, first: async (eye) => {
    await eye.page.getByRole('main').getByRole('button', { name: 'Play Night ferry' }).click();
    await hear(eye.page, 'the ferry', (now) => now.track === ferry.id && now.left > 0.005);
    await eye.page.keyboard.press('Space');
    await rest(eye);
  } },
  { name: 'playlist missing', full: true, path: '/playlist/00000000-0000-4000-8000-000000000000', who: null, expected: [/status of 404/] },
  { name: 'playlist edit', full: true, path: `/playlist/${late}`, who: 'carol', inSight: true, first: async ({ page }) => {
    await choose(page, 'Edit');
    await page.getByRole('dialog').waitFor();
  } },
  { name: 'playlist shared', path: `/p/${link.body.token}`, who: null },
  { name: 'playlist share', full: true, path: `/playlist/${forFriends.body.id}`, who: 'alice', inSight: true, first: async ({ page }) => {
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByRole('button', { name: 'Create a link' }).click();
    await page.getByRole('group', { name: 'Link', exact: true }).waitFor();
  } },
  { name: 'playlist people', path: `/playlist/${forFriends.body.id}`, who: 'alice', inSight: true, first: async ({ page }) => {
    await choose(page, 'People');
    await page.getByLabel('What mia may do').waitFor();
    await page.getByLabel('Add somebody').fill('bob');
    await page.getByRole('button', { name: 'Add bob' }).waitFor();
  } },
  { name: 'playlist figures', full: true, path: `/playlist/${forFriends.body.id}`, who: 'alice', inSight: true, first: async ({ page }) => {
    await choose(page, 'Statistics');
    await page.getByRole('table', { name: 'Opened' }).waitFor({ state: 'attached' });
  } },
  { name: 'playlist history', path: `/playlist/${forFriends.body.id}`, who: 'alice', inSight: true, first: async ({ page }) => {
    await choose(page, 'History');
    await page.getByText('How it was before').waitFor();
  } },
  { name: 'playlist menu', full: true, path: `/playlist/${late}`, who: 'carol', inSight: true, first: async ({ page }) => {
    await page.getByRole('main').getByRole('button', { name: 'Tools for Tides' }).click();
    await page.getByRole('menuitem').first().waitFor();
  } },
  { name: 'add to playlist', full: true, path: `/track/${ferry.id}`, who: 'carol', inSight: true, first: async ({ page }) => {
    await choose(page, 'Add to playlist…');
    await page.getByRole('dialog').getByRole('button', { name: /^Late trains/ }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'New playlist' }).click();
  } },
]);
