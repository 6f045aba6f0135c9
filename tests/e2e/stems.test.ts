/** Stems: a creator adds them on the page of a track and says who hears them; what is heard is the sum of the files, to the sample. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { assertStatus } from '../support/client.ts';
import { full } from '../support/level.ts';
import { wav, type Sound } from '../support/media.ts';
import { until } from '../support/wait.ts';
import { hearIt } from './support/ear.ts';
import { lookAt } from './support/look.ts';
import { figure, Stage, tones } from './support/stage.ts';

const stage = await Stage.start('stems');
const { world } = stage;
const carol = world.as('carol');

interface Player {
  playing: boolean;
  position: number;
  output: GainNode;
  origin: { frame: number };
  play(): Promise<void>;
  pump(): void;
  fill(): Promise<void>;
  setLevel(id: string, level: { gain: number; muted: boolean; solo: boolean }): void;
}

declare global {
  interface Window {
    __veza_stems?: { player: Player; make: (context: BaseAudioContext) => Player };
    heard?: { chunks: Float32Array[]; analyser: AnalyserNode };
    sum?: (names: string[], id: string, offsets: number[]) => Promise<Float32Array>;
  }
}

/** One step of 16 bits: Chromium takes 32767 for full scale where a sample is positive, which is less. A shift by one sample of noise differs by thousands. */
const STEP = 1 / 32768;

/** Noise that is another for each seed and never repeats: one sample of shift is noticed. */
function noise(seconds: number, seed: number, { sampleRate = 44100, channels = 2 } = {}): Sound {
  const samples = new Int16Array(Math.round(seconds * sampleRate) * channels);
  let state = (seed * 2654435761) >>> 0 || 1;
  for (let i = 0; i < samples.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    samples[i] = state >> 19; /* an eighth of full scale */
  }
  return { sampleRate, channels, samples };
}

async function addStem(track: string, name: string, sound: Sound, offset_samples = 0): Promise<void> {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(wav(sound))]), `${name}.wav`);
  const made = await carol.post('/api/v1/tracks/{id}/stems', { path: { id: track }, body: form });
  assertStatus(made, 201);
  if (offset_samples) assertStatus(await carol.put('/api/v1/tracks/{id}/stems/{stem_id}', { path: { id: track, stem_id: made.body.id }, body: { offset_samples } }), 200);
  await until(`${name} to be ready`, async () => {
    const all = await carol.get('/api/v1/tracks/{id}/stems', { path: { id: track } });
    return all.body.items.find((stem) => stem.id === made.body.id)?.state === 'ready';
  }, 300);
}

/** Puts a function on the page that adds up the files as they are downloaded. */
const bringFiles = (page: Page) =>
  page.evaluate(() => {
    window.sum = async (names, id, offsets) => {
      const files: { at: number; channels: number; samples: Int16Array }[] = [];
      for (const [i, name] of names.entries()) {
        const bytes = await (await fetch(`/api/v1/tracks/${id}/stems/${name}/download`)).arrayBuffer();
        files.push({ at: offsets[i] ?? 0, channels: new DataView(bytes).getUint16(22, true), samples: new Int16Array(bytes, 44) });
      }
      const sum = new Float32Array(Math.max(...files.map(({ at, channels, samples }) => at + samples.length / channels)));
      for (const { at, channels, samples } of files)
        for (let frame = Math.max(0, -at), from = frame * channels; from < samples.length; frame++, from += channels) sum[at + frame] = sum[at + frame]! + samples[from]! / 32768;
      return sum;
    };
  });

/** The stems of a track are played into an OfflineAudioContext by the player of the page, and compared with the sum of the files, sample by sample. */
async function compare(page: Page, id: string, names: string[], offsets: number[], seconds: number, channels: number): Promise<{ worst: number; first: number; frames: number; begun: number[] }> {
  await page.goto(`/track/${id}`);
  await page.getByRole('button', { name: 'Play the stems' }).click();
  await page.getByRole('button', { name: 'Pause the stems' }).click();
  await bringFiles(page);
  return page.evaluate(async ({ id, names, offsets, seconds, channels, step }) => {
    const rate = 44100, context = new OfflineAudioContext(channels, Math.ceil((seconds + 1) * rate), rate);
    const player = window.__veza_stems!.make(context);
    await player.play();
    for (let t = 1; t < seconds; t += 1) void context.suspend(t).then(() => player.fill()).then(() => { player.pump(); return context.resume(); });
    const from = player.origin.frame, heard = (await context.startRendering()).getChannelData(0);
    const wanted = await window.sum!(names, id, offsets);
    let worst = 0, first = -1;
    for (let i = 0; i < wanted.length && from + i < heard.length; i++) {
      const difference = Math.abs(heard[from + i]! - wanted[i]!);
      worst = Math.max(worst, difference);
      if (first < 0 && difference > step) first = i;
    }
    return { worst, first, frames: Math.min(wanted.length, heard.length - from), begun: [from, player.origin.frame] };
  }, { id, names, offsets, seconds, channels, step: STEP });
}

test('a creator adds stems, hears them together and alone, and says who else may', async () => {
  const track = await stage.track('carol', 'Layers', tones(6, 440));
  await stage.visit('carol', async ({ page }) => {
    await page.goto(`/track/${track.id}`);
    const stems = page.getByRole('region', { name: 'Stems' });
    await stems.getByText('Add the parts that this track was mixed from').waitFor();
    const files = [['Drums', 300], ['Bass', 600], ['Voice', 1200]].map(([name, hz]) => ({ name: `${name}.wav`, mimeType: 'audio/wav', buffer: Buffer.from(wav(tones(8, Number(hz)))) }));
    await stems.locator('input[type=file]').setInputFiles([...files, { name: 'Notes.wav', mimeType: 'audio/wav', buffer: Buffer.from('no sound in it, but long enough to be looked at') }]);
    await stems.getByRole('heading', { name: 'Voice' }).waitFor();
    await stems.getByRole('button', { name: 'Mute Drums' }).waitFor();
    await stems.getByRole('button', { name: 'Mute Bass' }).waitFor();
    await stems.getByRole('button', { name: 'Mute Voice' }).waitFor();
    await stems.getByRole('alert').getByText('This file is not audio that we know').waitFor();
    await stems.getByRole('button', { name: 'Cancel Notes.wav' }).click();

    await page.getByRole('main').getByRole('button', { name: /^Play Layers/ }).first().click();
    await hearIt(page);
    await stems.getByRole('button', { name: 'Play the stems' }).click();
    await until('the player of tracks to pause', () => page.evaluate(() => window.__veza_audio!.engine.playing === false));
    await page.evaluate(() => {
      const { output } = window.__veza_stems!.player;
      const analyser = output.context.createAnalyser();
      analyser.fftSize = 8192;
      analyser.smoothingTimeConstant = 0;
      output.connect(analyser);
      window.heard = { chunks: [], analyser };
    });
    /** The tones that are heard, in hertz. */
    const heard = () => page.evaluate(() => {
      const { analyser } = window.heard!, bins = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatFrequencyData(bins);
      return [300, 600, 1200].filter((hz) => bins[Math.round((hz * analyser.fftSize) / analyser.context.sampleRate)]! > -50).join();
    });
    const hear = (what: string) => until(`to hear ${what || 'nothing'}`, async () => (await heard()) === what, 15, 50);
    await hear('300,600,1200');
    await stems.getByRole('button', { name: 'Mute Drums' }).click();
    await hear('600,1200');
    await stems.getByRole('button', { name: 'Solo Voice' }).click();
    await hear('1200');
    assert.equal(await stems.getByRole('button', { name: 'Solo Voice' }).getAttribute('aria-pressed'), 'true');
    await stems.getByRole('button', { name: 'Solo Voice' }).press('Enter');
    await stems.getByRole('button', { name: 'Mute Drums' }).press('Enter');
    await stems.getByRole('slider', { name: 'Level of Bass' }).press('Home');
    await stems.getByRole('slider', { name: 'Place in all stems' }).press('Home');
    await hear('300,1200');
    await page.getByRole('main').getByRole('button', { name: /^Play Layers/ }).first().click();
    await until('the stems to pause', () => page.evaluate(() => !window.__veza_stems!.player.playing));

    await stems.getByRole('button', { name: 'More about Bass' }).click();
    await page.getByRole('menuitem', { name: 'Name and offset' }).click();
    const change = page.getByRole('dialog', { name: 'Change Bass' });
    await change.getByLabel('Name').fill('voice');
    await change.getByRole('button', { name: 'Save' }).click();
    await change.getByText('This track has a stem of that name already.').waitFor();
    await change.getByLabel('Name').fill('Bassline');
    await change.getByLabel('Offset in milliseconds').fill('-250,5');
    await change.getByRole('button', { name: 'Save' }).click();
    await stems.getByRole('heading', { name: 'Bassline' }).waitFor();
    await until('the offset', async () => (await carol.get('/api/v1/tracks/{id}/stems', { path: { id: track.id } })).body.items[0]!.offset_samples === -11047);

    await stage.visit('dave', async ({ page: guest }) => {
      await guest.goto(`/track/${track.id}`);
      await guest.getByRole('heading', { name: 'Layers', level: 1 }).waitFor();
      assert.equal(await guest.getByRole('region', { name: 'Stems' }).count(), 0);
      await stems.getByRole('button', { name: 'Who may hear them' }).click();
      const people = page.getByRole('dialog', { name: 'Who may hear them' });
      await people.getByLabel('Invite somebody').fill('dave');
      await people.getByRole('button', { name: /^Invite / }).click();
      await people.getByRole('button', { name: /^Take the invitation of/ }).waitFor();
      await guest.getByRole('button', { name: 'Play the stems' }).waitFor(); /* the page hears of it */
      assert.equal(await guest.getByRole('button', { name: 'Add stems' }).count(), 0);
      const saved = guest.waitForEvent('download');
      await guest.getByRole('link', { name: 'Download Drums' }).click();
      assert.equal((await saved).suggestedFilename(), 'Layers - Drums.wav');
      await people.getByRole('button', { name: /^Take the invitation of/ }).click();
      await guest.getByRole('region', { name: 'Stems' }).waitFor({ state: 'detached' });
      await people.getByRole('switch', { name: 'Everybody may hear the stems' }).check();
      await guest.getByRole('button', { name: 'Play the stems' }).waitFor();
      await people.getByRole('button', { name: 'Close' }).click();
    }, { expected: [/status of 404 .*\/stems/] }); /* asked as the invitation was taken back */
    await stems.getByRole('button', { name: 'More about Voice' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await stems.getByRole('heading', { name: 'Voice' }).waitFor({ state: 'detached' });
  }, { expected: [/status of 422 .*\/uploads\/tus/, /status of 409 .*\/stems\//] });
});

const mixed = await stage.track('carol', 'In step', noise(6, 9));
const NAMES = ['One', 'Two', 'Three', 'Four'], OFFSETS = [0, 0, 12345, -777], LENGTHS = [60, 60, 31.4, 47];
for (const [i, name] of NAMES.entries()) await addStem(mixed.id, name, noise(LENGTHS[i]!, i + 1, { channels: i === 1 ? 1 : 2 }), OFFSETS[i]);

test('what the stem player plays in a minute is the sum of the files, sample by sample', async () => {
  await stage.visit('carol', async ({ page }) => {
    const { worst, first, frames, begun } = await compare(page, mixed.id, NAMES, OFFSETS, 60, 2);
    figure(`stem player against the sum of its files: ${frames} samples, the largest difference is ${worst.toExponential(1)}`);
    assert.equal(frames, 60 * 44100);
    assert.ok(worst < STEP, `sample ${first} is the first that differs, by up to ${worst}; begun at ${begun.join(', ')}`);
  });
});

full('what comes out of the loudspeakers is the sum of the files at one delay, also after a seek', async () => {
  await stage.visit('carol', async ({ page }) => {
    await page.goto(`/track/${mixed.id}`);
    await page.getByRole('button', { name: 'Play the stems' }).click();
    await page.getByRole('button', { name: 'Pause the stems' }).click();
    await page.getByRole('slider', { name: 'Place in all stems' }).press('PageUp');
    await bringFiles(page);
    await page.evaluate(() => {
      const { output } = window.__veza_stems!.player;
      output.gain.value = 1;
      const recorder = output.context.createScriptProcessor(16384, 2, 2), chunks: Float32Array[] = [];
      recorder.onaudioprocess = (event) => chunks.push(event.inputBuffer.getChannelData(0).slice());
      output.connect(recorder);
      recorder.connect(output.context.destination);
      window.heard = { chunks, analyser: output.context.createAnalyser() };
    });
    await page.getByRole('button', { name: 'Play the stems' }).click();
    await until('nine seconds of sound', () => page.evaluate(() => window.__veza_stems!.player.position > 15 * 44100), 40, 200);
    await page.getByRole('button', { name: 'Pause the stems' }).click();
    const { lag, compared, worst, at } = await page.evaluate(async ({ id, names, offsets, step }) => {
      const wanted = await window.sum!(names, id, offsets);
      const heard = new Float32Array(await new Blob(window.heard!.chunks as BlobPart[]).arrayBuffer());
      const first = heard.findIndex((x) => Math.abs(x) > 1e-6);
      /* where a stretch of what was heard stands in the sum */
      const probe = first + 1000;
      let place = -1;
      for (let i = 0; i < wanted.length - 64 && place < 0; i++) {
        let same = true;
        for (let k = 0; k < 64 && same; k++) same = Math.abs(wanted[i + k]! - heard[probe + k]!) < step;
        if (same) place = i;
      }
      let worst = 0, at = 0, compared = 0;
      const end = heard.findLastIndex((x) => Math.abs(x) > 1e-6) - 44100 / 2; /* without the fade of the pause */
      for (let i = probe; place >= 0 && i < end; i++, compared++) {
        const difference = Math.abs(heard[i]! - wanted[place + i - probe]!);
        if (difference > worst) [worst, at] = [difference, i];
      }
      return { lag: place < 0 ? null : place - probe, compared, worst, at };
    }, { id: mixed.id, names: NAMES, offsets: OFFSETS, step: STEP });
    assert.ok(lag !== null, 'what is heard is in the sum of the files');
    assert.ok(compared > 7 * 44100 && worst < STEP, `of ${compared} samples, ${at} differs by ${worst}`);
  });
});

full('stems do not drift apart by a sample in ten minutes', async () => {
  const track = await stage.track('carol', 'Ten minutes', noise(300, 9, { sampleRate: 8000, channels: 1 }));
  for (const [i, name] of NAMES.slice(0, 3).entries()) await addStem(track.id, name, noise(600, i + 1, { channels: 1 }));
  await stage.visit('carol', async ({ page }) => {
    const { worst, first, frames, begun } = await compare(page, track.id, NAMES.slice(0, 3), [0, 0, 0], 600, 1);
    figure(`stem player against the sum of its files: ${frames} samples, the largest difference is ${worst.toExponential(1)}`);
    assert.equal(frames, 600 * 44100);
    assert.ok(worst < STEP, `sample ${first} is the first that differs, by up to ${worst}; begun at ${begun.join(', ')}`);
  });
});

lookAt(stage, [
  { name: 'track-stems', path: `/track/${mixed.id}`, who: 'carol', first: async ({ page }) => {
    await page.getByRole('button', { name: 'Mute Two' }).scrollIntoViewIfNeeded();
    await page.getByRole('button', { name: 'Mute Four' }).scrollIntoViewIfNeeded();
  } },
  { name: 'track-stems-people', path: `/track/${mixed.id}`, who: 'carol', inSight: true, full: true, first: async ({ page }) => {
    await page.getByRole('button', { name: 'Who may hear them' }).click();
    await page.getByRole('dialog').getByLabel('Invite somebody').waitFor();
  } },
]);
