/* Between the store and the audio engine: the only file that knows both. Loaded as a chunk of its own, before the rest of the app on the page
 * of a track: what the first sound does not need is imported when it is used. */

import { Engine } from '@/lib/audio/engine';
import type { EngineTrack, Failure } from '@/lib/audio/types';
import { clock } from './clock';
import { bindMediaSession, showInMediaSession, updateMediaSession } from './mediaSession';
import { remember } from './persist';
import { hasSessionHint } from '@/lib/session/hint';
import { PlayReport, shareOf } from './playReport';
import { following, type QueueEntry } from './queue';
import { recallListening, rememberListening, sendPlay } from './sendPlays';
import { rememberedPosition, usePlayer, type PlayerStore } from './store';
import { joinTabs } from './tabs';

const SAVE_EVERY_MS = 2000;
/** After so many tracks in a row that would not play, something else is wrong. */
const MOST_FAILURES = 4;

const store = usePlayer;
let failures = 0;
/** The entry the engine has, which is not the store's until it was loaded. */
let loadedKey: string | null = null;
let resumeAt = rememberedPosition;
/** Whoever stopped so many seconds before the end has heard it. */
const OVER_S = 0.5;

function toEngineTrack(entry: QueueEntry): EngineTrack | null {
  if (!entry.stream_manifest_url) return null;
  return {
    id: entry.id,
    manifestUrl: entry.stream_manifest_url,
    durationMs: entry.duration_ms,
    loudnessLufs: entry.loudness_lufs,
    truePeakDbtp: entry.true_peak_dbtp,
  };
}

/** What is played after the current entry by itself, or -1. */
const follows = (state: PlayerStore) => (isLast(state) ? -1 : following(state, true));
const isLast = ({ stopsAfter, current }: PlayerStore) => current !== null && stopsAfter === current.key;

const report = new PlayReport(sendPlay, rememberListening, recallListening());
/** Counts jumps of the listener, so that nothing else moves what they have moved. */
let jumps = 0;

const tabs = joinTabs(() => {
  if (store.getState().isPlaying) store.setState({ gaveWay: true });
  store.getState().pause();
});

const engine = new Engine(
  {
    state({ wantsPlay, buffering, rendition }) {
      const before = store.getState();
      if (before.isPlaying !== wantsPlay || before.isBuffering !== buffering || before.rendition !== rendition) {
        store.setState({ isPlaying: wantsPlay, isBuffering: buffering, rendition });
      }
      clock.setRunning(wantsPlay && !buffering);
      updateMediaSession(wantsPlay, engine.position, engine.duration);
      if (!wantsPlay) report.flush();
      if (wantsPlay && !buffering) {
        failures = 0;
        tabs.announce();
      }
      save();
    },
    advanced() {
      const state = store.getState();
      const index = follows(state);
      const entry = state.queue[index] ?? null;
      report.end();
      if (!entry) return;
      loadedKey = entry.key;
      store.setState({ index, current: entry, wentOnTo: entry.key });
      began(entry);
      planNext();
    },
    ended() {
      const state = store.getState();
      const index = follows(state);
      /* Nothing was ready to follow: a last look at what the queue says now. */
      report.end();
      if (isLast(state)) store.setState({ stopsAfter: null });
      else if (index >= 0) {
        store.setState({ wentOnTo: state.queue[index]?.key ?? null });
        state.jump(index);
      } else void goOn();
    },
    failed,
    progress(heard) {
      const { position } = engine;
      const { muted, volume } = store.getState();
      report.add(Math.max(0, position - heard), position, muted || volume === 0);
      save();
    },
  },
  { authorize: async () => (await import('@/lib/api/refresh')).refreshSession() },
);

function began(entry: QueueEntry): void {
  report.begin(entry.id, entry.key, entry.duration_ms / 1000, shareOf(entry.stream_manifest_url));
  showInMediaSession(entry);
  clock.poke();
}

/** The queue is at its end: similar music goes on, where the person wants that, or it stops. */
async function goOn(): Promise<void> {
  save();
  const { current, queue } = store.getState();
  if (!current || !hasSessionHint()) return;
  const { similarTo } = await import('./similar');
  const tracks = await similarTo(current.id, queue).catch(() => []);
  const state = store.getState();
  /* by key: the server may have handed out the same queue anew meanwhile */
  if (tracks.length === 0 || state.current?.key !== current.key || state.isPlaying || follows(state) >= 0) return;
  for (const track of tracks) state.addSimilar(track);
  state.jump(state.queue.length);
}

/** Goes on where the person stopped in a long track, unless they have chosen a place meanwhile. */
async function resume(entry: QueueEntry): Promise<void> {
  const before = jumps;
  const { stoppedAt, tellResumed } = await import('./resume');
  const seconds = await stoppedAt(entry);
  if (seconds <= 0 || loadedKey !== entry.key || jumps !== before) return;
  seek(seconds);
  await tellResumed(entry.title, seconds, () => loadedKey === entry.key && seek(0));
}

function failed(track: EngineTrack, failure: Failure): void {
  const state = store.getState();
  store.setState({ isPlaying: false, isBuffering: false });
  clock.setRunning(false);
  if (failure === 'blocked') return; /* the browser wants a click first: the play button is there */
  failures += 1;
  const title = state.queue.find((entry) => entry.id === track.id)?.title ?? '';
  const next = following(state, false);
  /* Without a network the next one would not load either. */
  const hopeless = failure === 'network' && !navigator.onLine;
  const isEnd = isLast(state) && !hopeless;
  const skip = !isLast(state) && !hopeless && next >= 0 && next !== state.index && failures < MOST_FAILURES;
  void Promise.all([import('i18next'), import('@/lib/toast/store')]).then(([{ default: i18next }, { toast }]) =>
    toast(i18next.t(`player.failed.${failure}`, { title }) + (skip ? ` ${i18next.t('player.failed.skipping')}` : ''), 'danger'),
  );
  if (skip) {
    state.jump(next);
  } else {
    /* The next press on play loads it again, where it stopped. */
    resumeAt = clock.position;
    loadedKey = null;
    if (isEnd) store.setState({ stopsAfter: null });
  }
}

/** Loads the store's current track. */
export function loadCurrent(play: boolean, position = 0): void {
  const entry = store.getState().current;
  resumeAt = 0;
  loadedKey = entry?.key ?? null;
  clock.setSource(engine);
  if (!entry) {
    engine.stop();
    clock.setRunning(false);
    showInMediaSession(null);
    save();
    return;
  }
  const track = toEngineTrack(entry);
  if (!track && entry.unavailable) {
    const next = following(store.getState(), false);
    engine.stop();
    if (play && next >= 0 && next !== store.getState().index) store.getState().jump(next);
    else {
      clock.setRunning(false);
      store.setState({ isPlaying: false, isBuffering: false });
    }
    return;
  }
  if (!track) {
    failed({ id: entry.id, manifestUrl: '', durationMs: 0, loudnessLufs: null, truePeakDbtp: null }, 'gone');
    return;
  }
  began(entry);
  void engine.load(track, { position, play });
  if (play && position === 0) resume(entry).catch(() => undefined);
  planNext();
  save();
}

/** Tells the engine what follows. */
export function planNext(): void {
  const state = store.getState();
  const entry = state.queue[follows(state)];
  engine.setNext(entry ? toEngineTrack(entry) : null);
  save();
}

export function play(): void {
  const { current } = store.getState();
  if (!current) return;
  /* what one heard to its end before a reload begins anew */
  if (loadedKey !== current.key) loadCurrent(true, resumeAt < current.duration_ms / 1000 - OVER_S ? resumeAt : 0);
  else void engine.play();
}

export function pause(): void {
  engine.pause();
}

/** The queue or the volume was changed elsewhere, and the current track is the same. */
export function follow(): void {
  planNext();
  applySettings();
}

/** Loads nothing: the next press on play begins there. */
export function standBy(position: number): void {
  engine.stop();
  loadedKey = null;
  resumeAt = position;
  const { current } = store.getState();
  clock.setSource({ position, duration: (current?.duration_ms ?? 0) / 1000, bufferedEnd: 0 });
  clock.setRunning(false);
  showInMediaSession(current);
  applySettings();
}

export function seek(seconds: number): void {
  const { current } = store.getState();
  if (!current) return;
  jumps += 1;
  if (loadedKey === current.key) {
    report.jump(seconds);
    engine.seek(seconds);
  } else {
    resumeAt = Math.max(0, Math.min(seconds, current.duration_ms / 1000));
    clock.setSource({ position: resumeAt, duration: current.duration_ms / 1000, bufferedEnd: 0 });
  }
  clock.poke();
  updateMediaSession(store.getState().isPlaying, clock.position, clock.duration);
  save();
}

export function applySettings(): void {
  const { volume, muted, quality, loudness } = store.getState();
  engine.setVolume(volume, muted);
  engine.setLoudnessTarget(loudness);
  engine.setQuality(quality);
  save();
}

export function analyser(): AnalyserNode | null {
  return engine.analyser;
}

let saveTimer: ReturnType<typeof setTimeout> | undefined;

function saveNow(): void {
  clearTimeout(saveTimer);
  saveTimer = undefined;
  remember({ ...store.getState(), position: clock.position });
}

function save(): void {
  saveTimer ??= setTimeout(saveNow, SAVE_EVERY_MS);
}

applySettings();
bindMediaSession({
  play: () => !store.getState().isPlaying && store.getState().toggle(),
  pause: () => store.getState().pause(),
  next: () => store.getState().next(),
  previous: () => store.getState().previous(),
  seekBy: (seconds) => seek(clock.position + seconds),
  seekTo: seek,
});
addEventListener('pagehide', () => {
  saveNow();
  report.flush();
});
document.addEventListener('visibilitychange', () => document.visibilityState === 'hidden' && report.flush());
if (navigator.webdriver) void import('./debug').then(({ exposeForTests }) => exposeForTests(engine));

/** Resolves when a track can be played without fetching more code. */
export const ready = engine.prepare();
ready.catch(() => undefined); /* tried again at the first play */
