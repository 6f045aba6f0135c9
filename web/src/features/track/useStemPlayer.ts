/* The player of the stems of one track, for its page: made when it is first wanted, and gone with the page. It and the player of tracks do not play together. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { WaveformClock } from '@/components/waveform/Waveform';
import { ApiProblem } from '@/lib/api/problem';
import { getStemSegment } from '@/lib/api/tracks/stems';
import type { Stem } from '@/lib/api/schema';
import { volumeGain } from '@/lib/audio/gain';
import { StemPlayer, type StemLevel } from '@/lib/audio/stems';
import { usePlayer } from '@/lib/player/store';

declare global {
  interface Window {
    /** For automated browsers: what plays, and how another one is made. */
    __veza_stems?: { player: StemPlayer; make: (context: BaseAudioContext) => StemPlayer };
  }
}

/** As the sliders stand: `gain` from 0 to 1, where 1 is as loud as the file. */
export type StemSetting = StemLevel;
export const UNTOUCHED: StemSetting = { gain: 1, muted: false, solo: false };

/** Thirty-two waveforms are too much work for every frame of the screen. */
const DRAWN_MS = 50;

const toStems = (stems: readonly Stem[]) =>
  stems.map(({ id, samples, offset_samples, segments }) => ({ id, samples: samples ?? 0, offset: offset_samples, segments: segments ?? 0 }));

const PAUSES_MS = [500, 1500, 4000];

/** Again, where a trouble of the network or of the server may pass. */
async function patiently<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (const pause of PAUSES_MS) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted || !(error instanceof ApiProblem) || (error.status !== 0 && error.status !== 429 && error.status < 500)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.max(pause, (error.retryAfter ?? 0) * 1000)));
    }
  }
  return ask();
}

export function useStemPlayer(track: string, stems: readonly Stem[]) {
  const player = useRef<StemPlayer | null>(null);
  const settings = useRef(new Map<string, StemSetting>());
  const listeners = useRef(new Set<() => void>());
  const latest = useRef(stems);
  const [, render] = useState(0);
  const rate = stems[0]?.sample_rate ?? 48000;
  const length = Math.max(0, ...stems.map((stem) => stem.offset_samples + (stem.samples ?? 0)));

  const changed = useCallback(() => {
    render((n) => n + 1);
    for (const listener of listeners.current) listener();
  }, []);

  const make = useCallback(
    (context: BaseAudioContext) => {
      const made = new StemPlayer(toStems(latest.current), {
        context,
        segmentSamples: latest.current[0]?.segment_samples ?? 1,
        load: (one, n, signal) => {
          const stem = latest.current.find(({ id }) => id === one.id);
          return stem ? patiently(() => getStemSegment(track, stem, n, signal), signal) : Promise.reject(new Error('gone'));
        },
        onChange: changed,
      });
      for (const [id, setting] of settings.current) made.setLevel(id, { ...setting, gain: volumeGain(setting.gain) });
      return made;
    },
    [track, changed],
  );

  const ensure = useCallback((): StemPlayer => {
    if (player.current) return player.current;
    const made = make(new AudioContext({ sampleRate: rate, latencyHint: 'playback' }));
    const { volume, muted } = usePlayer.getState();
    made.output.gain.value = muted ? 0 : volumeGain(volume);
    player.current = made;
    if (navigator.webdriver) window.__veza_stems = { player: made, make };
    return made;
  }, [make, rate]);

  useEffect(() => {
    latest.current = stems;
    player.current?.setStems(toStems(stems));
  }, [stems]);

  /* all stems have one rate; another one means that all of them were replaced */
  useEffect(
    () => () => {
      player.current?.close();
      player.current = null;
    },
    [rate],
  );

  useEffect(
    () =>
      usePlayer.subscribe((now, before) => {
        if (now.isPlaying && !before.isPlaying && player.current?.playing) player.current.pause();
        if (player.current && (now.volume !== before.volume || now.muted !== before.muted)) player.current.output.gain.value = now.muted ? 0 : volumeGain(now.volume);
      }),
    [],
  );

  const clock = useMemo<WaveformClock>(
    () => ({
      get position() {
        return (player.current?.position ?? 0) / rate;
      },
      duration: length / rate,
      bufferedEnd: length / rate,
      subscribe(listener) {
        listeners.current.add(listener);
        return () => listeners.current.delete(listener);
      },
    }),
    [rate, length],
  );

  const playing = player.current?.playing ?? false;
  useEffect(() => {
    if (!playing) return undefined;
    let last = 0;
    let frame = requestAnimationFrame(function tick(now) {
      if (now - last >= DRAWN_MS) {
        last = now;
        for (const listener of listeners.current) listener();
      }
      frame = requestAnimationFrame(tick);
    });
    return () => cancelAnimationFrame(frame);
  }, [playing]);

  return {
    clock,
    playing,
    buffering: player.current?.buffering ?? false,
    error: player.current?.error ?? null,
    toggle() {
      if (player.current?.playing) {
        player.current.pause();
        return;
      }
      usePlayer.getState().pause();
      void ensure().play();
    },
    seek: (seconds: number) => ensure().seek(seconds * rate),
    settingOf: (id: string) => settings.current.get(id) ?? UNTOUCHED,
    set(id: string, change: Partial<StemSetting>) {
      const setting = { ...(settings.current.get(id) ?? UNTOUCHED), ...change };
      settings.current.set(id, setting);
      player.current?.setLevel(id, { ...setting, gain: volumeGain(setting.gain) });
      changed();
    },
  };
}
