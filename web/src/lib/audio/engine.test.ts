import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Engine } from './engine';
import type { EngineTrack } from './types';

interface FakeDeck {
  loads: number;
  ready: boolean;
  codec: string;
  from: number;
  track: EngineTrack | null;
}
const made = vi.hoisted(() => [] as FakeDeck[]);

/* A deck that loads nothing: what is tested is how often the engine asks it to. `lossless` and the other qualities are two codecs, as in a real one. */
vi.mock('./deck', () => ({
  Deck: class {
    element = { play: () => Promise.resolve(), pause: () => undefined, currentTime: 20, ended: false, paused: false, readyState: 4, volume: 1 };
    loads = 0;
    codec = '';
    from = NaN;
    track: EngineTrack | null = null;
    failure = null;
    ready = false;
    waiting = false;
    duration = 200;
    bufferedEnd = 60;
    delayFrames = 0;
    rendition = null;
    renditionGain = 0;
    constructor(readonly index: number) {
      made.push(this);
    }
    load(track: EngineTrack, _class: unknown, quality: string, position: number) {
      this.loads += 1;
      this.from = position;
      this.track = track;
      this.codec = codecOf(quality);
    }
    unload() {
      this.track = null;
    }
    setQuality(quality: string) {
      return this.track === null || codecOf(quality) === this.codec;
    }
  },
}));
vi.mock('hls.js/light', () => ({ default: { isSupported: () => false } }));

const codecOf = (quality: string) => (quality === 'lossless' ? 'flac' : 'aac');
const track: EngineTrack = { id: 'a', manifestUrl: '/a', durationMs: 200_000, loudnessLufs: null, truePeakDbtp: null };
const nothing = () => undefined;

const idle = () => new Engine({ state: nothing, advanced: nothing, ended: nothing, failed: nothing, progress: nothing }, { authorize: () => Promise.resolve(false) });

async function playing(): Promise<{ engine: Engine; decks: readonly [FakeDeck, FakeDeck] }> {
  const engine = idle();
  await engine.load(track);
  const [first, second] = made;
  if (!first || !second) throw new Error('an engine has two decks');
  return { engine, decks: [first, second] };
}

beforeEach(() => {
  made.length = 0;
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

test('a quality that is said again while its codec is loaded loads nothing more', async () => {
  const { engine, decks } = await playing();
  engine.setQuality('lossless');
  engine.setQuality('lossless');
  expect(decks[1].loads).toBe(1);
});

test('however often the codec is chosen and whatever interrupts its change, it is loaded once for each', async () => {
  const { engine, decks } = await playing();
  engine.setQuality('lossless');
  engine.setQuality('high');
  engine.setQuality('lossless');
  expect(decks[1].loads).toBe(2);
  engine.seek(30);
  engine.setNext({ ...track, id: 'b' });
  engine.seek(40);
  await vi.advanceTimersByTimeAsync(2000);
  expect(decks[1].loads).toBe(3); /* once more after all three */
  decks[1].ready = true;
  decks[1].track = track;
  await vi.advanceTimersByTimeAsync(2000);
  expect(decks[1].loads).toBe(3);
});

test('a place that is chosen while the code of the player is still fetched is where it begins', async () => {
  const engine = idle();
  const loaded = engine.load(track);
  engine.seek(40);
  await loaded;
  expect(made[0]?.from).toBe(40);
  await engine.load({ ...track, id: 'b' });
  expect(made[0]?.from).toBe(0);
});
