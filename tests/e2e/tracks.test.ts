/** What a creator does with tracks: change, delete, and files that will not do. */
import { strict as assert } from 'node:assert';
import path from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertStatus } from '../support/client.ts';
import { isFull } from '../support/level.ts';
import { png, wav } from '../support/media.ts';
import { finished, halfMade } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { settled } from './support/browser.ts';
import { hear } from './support/ear.ts';
import { complaintsOfAxe, overflow, rawKeys } from './support/look.ts';
import { enterAsRoot } from './support/people.ts';
import { SHOTS } from './support/places.ts';
import { Stage, tones } from './support/stage.ts';

const stage = await Stage.start('tracks');
const draft = await stage.track('carol', 'Working title', tones(2, 440), { is_public: 'false' });

async function choose(page: Page, name: string, type: string, bytes: Buffer): Promise<void> {
  await page.locator('input[type=file]').first().setInputFiles({ name, mimeType: type, buffer: bytes });
}

test('a creator changes a track, and everybody sees it', async () => {
  await stage.visit('carol', async ({ page }) => {
    await page.goto(`/track/${draft.id}`);
    await page.getByRole('button', { name: 'Edit' }).click();
    const dialog = page.getByRole('dialog', { name: 'Edit track' });
    await dialog.getByLabel('Title').fill('');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').first().waitFor();
    await dialog.getByLabel('Title').fill('First light');
    await dialog.getByLabel('Genre').fill('Ambient');
    await dialog.getByLabel('Tags').fill('dawn, slow');
    await dialog.getByLabel('Who may listen').selectOption('public');
    await dialog.getByLabel('Tempo (BPM)').fill('92');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'First light', level: 1 }).waitFor();
  }, { expected: [/status of 404/] }); /* the page itself is for visitors, who may not see it yet */
  await stage.visit(null, async ({ page }) => {
    await page.goto('/discover');
    await page.getByRole('link', { name: 'First light' }).first().click();
    await page.getByRole('heading', { name: 'First light', level: 1 }).waitFor();
    await page.getByRole('link', { name: '#dawn' }).waitFor();
    await page.getByText('92').first().waitFor();
    assert.equal(await page.getByRole('button', { name: 'Edit' }).count(), 0, 'a guest has no tools');
  });
});

test('a track opens by its link only, or from a time on that its creator enters in a zone that is shown', async () => {
  const track = await stage.track('carol', 'Half open', tones(1, 320));
  const seen = async (words: string) => stage.visit(null, async ({ page }) => {
    await page.goto(`/track/${track.id}`);
    await page.getByText(words).first().waitFor();
    await page.goto('/discover');
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.equal(await page.getByRole('link', { name: 'Half open' }).count(), 0, 'it is in no list');
  }, { expected: [/status of 404/] });
  await stage.visit('carol', async ({ page, context }) => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.goto(`/track/${track.id}`);
    const change = async (visibility: string, at?: string) => {
      await page.getByRole('button', { name: 'Edit' }).click();
      const dialog = page.getByRole('dialog', { name: 'Edit track' });
      await dialog.getByLabel('Who may listen').selectOption(visibility);
      if (at !== undefined) {
        await dialog.getByText('Time zone: ').waitFor();
        await dialog.getByRole('button', { name: 'Save' }).click();
        await dialog.getByRole('alert').first().waitFor();
        await dialog.getByLabel('Public from').fill(at);
      }
      await dialog.getByRole('button', { name: 'Save' }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    await change('unlisted');
    await page.getByText('Unlisted').first().waitFor();
    await page.getByRole('button', { name: 'Copy link' }).click();
    await until('the link', async () => (await page.evaluate(() => navigator.clipboard.readText())) === page.url());
    await seen('Half open');
    const year = new Date().getFullYear() + 1;
    await change('scheduled', `${year}-07-14T20:30`);
    await page.getByText(/^Public from .*8:30/).first().waitFor();
    await seen('This track does not exist');
    const zone = await page.evaluate(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
    const kept = (await stage.world.as('carol').get('/api/v1/tracks/{id}', { path: { id: track.id } })).body;
    assert.deepEqual([kept.visibility, kept.publish_zone], ['scheduled', zone]);
    assert.equal(new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(new Date(kept.publish_at!)), `${year}-07-14 20:30`);
  });
});

test('deleting asks for the name, and then the track is gone for everybody', async () => {
  const track = await stage.track('carol', 'Short lived', tones(1, 300));
  await stage.visit('carol', async ({ page }) => {
    await page.goto('/library');
    await page.getByRole('button', { name: 'Tools for Short lived' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete this track?' });
    const button = dialog.getByRole('button', { name: 'Delete for good' });
    assert.ok(await button.isDisabled(), 'not before the name is typed');
    await dialog.getByLabel('Type “Short lived” to confirm').fill('Short lived');
    await button.click();
    await page.getByText('Short lived is deleted').first().waitFor();
    await page.getByRole('link', { name: 'Short lived' }).waitFor({ state: 'detached' });
    await page.goto(`/track/${track.id}`);
    await page.getByRole('heading', { name: 'This track does not exist' }).waitFor();
  }, { expected: [/status of 404/] });
});

test('a file that is not sound is refused with words that a person understands', async () => {
  await stage.visit('carol', async ({ page }) => {
    await page.goto('/upload');
    await choose(page, 'notes.txt', 'text/plain', Buffer.from('no music here'));
    await page.getByText('notes.txt is not a sound file').first().waitFor();
    await choose(page, 'nothing.wav', 'audio/wav', Buffer.alloc(0));
    await page.getByText('nothing.wav is empty').first().waitFor();
    for (const [name, bytes] of [['letter.wav', Buffer.from('Dear listener, this is a letter and not a song. '.repeat(40))], ['broken.wav', wav(tones(2, 440)).subarray(0, 44)]] as const) {
      await choose(page, name, 'audio/wav', bytes);
      const row = page.getByRole('listitem').filter({ hasText: name.replace('.wav', '') });
      const said = (await row.getByRole('alert').textContent({ timeout: 30_000 }))!;
      assert.match(said, /^[A-Z“].*\.$/, `a sentence: ${said}`);
      assert.doesNotMatch(said, /error|null|undefined|invalid data|avformat|code|\d{3}/i, `for people: ${said}`);
      assert.equal(await row.getByRole('button', { name: 'Try again' }).count(), 0, 'the same file is refused again');
      assert.ok(await row.getByRole('button', { name: 'Publish' }).isDisabled());
      await row.getByRole('button', { name: /^Remove/ }).click();
    }
  }, { expected: [/status of 4(15|22)/] });
});

test('uploads go on while one looks at other pages, and can be cancelled', async () => {
  await stage.visit('carol', async ({ page, context, asking }) => {
    await page.goto('/upload');
    await settled({ page, asking });
    const line = await context.newCDPSession(page);
    await line.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 300_000 });
    await choose(page, 'Slow train.wav', 'audio/wav', wav(tones(20, 220)));
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByRole('progressbar', { name: 'Progress of Slow train' }).waitFor();
    const links = page.getByRole('navigation', { name: 'Main' }).first();
    await links.getByRole('link', { name: 'Discover' }).click();
    await page.getByText('1 upload under way').first().waitFor();
    await links.getByRole('link', { name: 'Upload' }).click();
    await page.getByRole('progressbar', { name: 'Progress of Slow train' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Cancelled').waitFor();
    await page.getByRole('button', { name: 'Try again' }).waitFor();
  }, { expected: [/ERR_ABORTED|net::/] });
});

const coverOf = async (id: string) => {
  const reply = await stage.world.as('carol').get('/api/v1/tracks/{id}', { path: { id } });
  assertStatus(reply, 200);
  return reply.body.cover_url;
};

test('a cover is chosen, seen before it is saved, replaced and removed, and everybody sees it', async () => {
  const { id } = await stage.track('carol', 'Covered', tones(1, 350));
  await stage.visit('carol', async ({ page, asking }) => {
    await page.goto(`/track/${id}`);
    await settled({ page, asking });
    const dialog = page.getByRole('dialog', { name: 'Edit track' }), cover = dialog.getByRole('group', { name: 'Cover' });
    const save = async () => {
      await dialog.getByRole('button', { name: 'Save' }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    await page.getByRole('button', { name: 'Edit' }).click();
    await cover.locator('input[type=file]').setInputFiles({ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('no picture') });
    await cover.getByText('must be a JPEG, PNG or WebP').waitFor();
    await cover.locator('input[type=file]').setInputFiles({ name: 'cover.png', mimeType: 'image/png', buffer: png(700, 700) });
    await cover.locator('img[src^="blob:"]').waitFor();
    assert.equal(await coverOf(id), null, 'nothing is sent before it is saved');
    await save();
    const first = await until('the cover', () => coverOf(id));
    await page.locator(`article img[src*="/tracks/${id}/cover/"]`).first().waitFor();

    await page.getByRole('button', { name: 'Edit' }).click();
    await cover.locator('input[type=file]').setInputFiles({ name: 'other.png', mimeType: 'image/png', buffer: png(900, 900) });
    await save();
    const second = await coverOf(id);
    assert.ok(second && second !== first, 'a new cover has a new address');

    await page.getByRole('button', { name: 'Edit' }).click();
    await cover.getByRole('button', { name: 'Remove the cover' }).click();
    await save();
    assert.equal(await coverOf(id), null);
    await page.locator(`article img[src*="/tracks/${id}/cover/"]`).waitFor({ state: 'detached' });

    /* a picture that only looks like one is refused with a reason, and the dialog stays */
    await page.getByRole('button', { name: 'Edit' }).click();
    await cover.locator('input[type=file]').setInputFiles({ name: 'broken.png', mimeType: 'image/png', buffer: Buffer.from('no picture at all') });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('This image could not be read').waitFor();
    assert.equal(await coverOf(id), null);
  }, { expected: [/status of 422/] });
});

/** As if processing had ended with this code. */
const failWith = (id: string, code: string) => stage.world.sql(
  `update tracks set status = 'failed', stream_status = 'error', failure_code = '${code}', status_message = 'English' where id = '${id}' returning pg_notify('track_changed', id::text)`);

test('the owner and an administrator process a failed track again, where that can help, and read why it failed', async () => {
  const { id } = await stage.track('carol', 'Second try', tones(1, 500));
  const again = (page: Page) => page.getByRole('button', { name: 'Process again' });
  const retry = async (page: Page) => {
    await failWith(id, 'crashed');
    await page.goto(`/track/${id}`);
    await page.getByText('This file could not be processed').waitFor();
    await again(page).click();
    await page.getByText('“Second try” is being processed again').first().waitFor();
    assert.equal((await finished(stage.world.as('carol'), id)).status, 'completed');
    await page.getByRole('button', { name: 'Play Second try' }).first().waitFor();
  };
  const unseen = { expected: [/status of 404/] }; /* the page itself is for visitors */
  await stage.visit('carol', async ({ page }) => {
    await retry(page);
    await failWith(id, 'corrupt');
    await page.goto(`/track/${id}`);
    await page.getByText('its sound could not be decoded').waitFor();
    assert.equal(await again(page).count(), 0, 'a damaged file stays damaged');
  }, unseen);
  await stage.visit('carol', async ({ page }) => {
    await page.goto(`/track/${id}`);
    await page.getByText('Ce fichier est endommagé').waitFor();
    await page.goto('/library');
    await page.getByText('Ce fichier est endommagé').first().waitFor();
  }, { ...unseen, language: 'fr' });
  await stage.visit(null, async ({ page }) => {
    await enterAsRoot(stage.world, page);
    await retry(page);
  }, unseen);
});

test('an administrator finds a track that was deleted by one, and restores it', async () => {
  const { id } = await stage.track('carol', 'Taken away', tones(1, 600));
  assertStatus(await stage.world.as('root').delete('/api/v1/tracks/{id}', { path: { id } }), 204);
  await stage.visit('carol', async ({ page }) => {
    await page.goto('/library?status=removed');
    await page.getByRole('heading', { name: 'Your tracks' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Removed', exact: true }).count(), 0, 'creators have no such list');
  });
  await stage.visit(null, async ({ page }) => {
    await enterAsRoot(stage.world, page);
    await page.goto('/library');
    await page.getByRole('button', { name: 'Removed', exact: true }).click();
    await page.getByRole('button', { name: 'Restore Taken away' }).click();
    await page.getByText('Taken away is restored').first().waitFor();
    await page.getByText('No removed tracks to restore').waitFor();
  });
  assertStatus(await stage.world.visitor.get('/api/v1/tracks/{id}', { path: { id } }), 200);
});

test('a long recording plays for its owner while the rest of it is made, and goes on when that is there', async () => {
  const { id, signal } = await halfMade(stage.world.as('carol'), stage.world.server, { file: wav(tones(62, 440, 440, { sampleRate: 8000 })), title: 'Long one' });
  try {
    for (const width of [360, 1280])
      await stage.visit('carol', async (eye) => {
        const { page } = eye, progress = page.getByRole('main').getByRole('progressbar', { name: 'Processing Long one' });
        await page.goto(`/track/${id}`);
        await settled(eye);
        await progress.waitFor();
        assert.deepEqual([await complaintsOfAxe(page), await rawKeys(page), await overflow(page)], [[], [], []]);
        if (isFull) await page.screenshot({ path: path.join(SHOTS, `track-early-${width}-dark.png`), fullPage: true });
        await page.getByRole('main').getByRole('button', { name: 'Play Long one' }).click();
        await hear(page, 'what is there', (now) => now.track === id && now.playing && now.left > 0.01);
        if (width < 600) return;
        signal('SIGCONT');
        await progress.waitFor({ state: 'detached', timeout: 60_000 });
        await page.getByRole('button', { name: 'Download' }).waitFor();
        await hear(page, 'the same, on', (now) => now.track === id && now.playing && now.left > 0.01);
      }, { width, height: width < 600 ? 720 : 800, expected: [/status of 404/] }); /* the page itself is for visitors, who may not see it yet */
  } finally {
    signal('SIGCONT');
  }
});
