/* A waveform one can see, read and seek on: the progress bar of everything that plays.
 *
 * The play head moves without rendering: `clock` is read on every frame it calls for. */

import { clsx } from 'clsx';
import { useCallback, useEffect, useRef, type KeyboardEvent, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { WaveformData } from '@/lib/api/tracks/waveform';
import { clock as clockText } from '@/lib/format/format';
import { placeByKey, secondsAt, type WaveformLook } from './bars';
import { useCanvasWaveform } from './useCanvasWaveform';

export interface WaveformClock {
  readonly position: number;
  readonly duration: number;
  readonly bufferedEnd: number;
  subscribe(listener: () => void): () => void;
}

export interface WaveformProps {
  waveform: WaveformData | undefined;
  /** The track's id: shapes the bars until the peaks are there. */
  seed: string;
  clock: WaveformClock;
  /** `byKey`: a step with the keyboard, which only moves the place. */
  onSeek: (seconds: number, byKey?: boolean) => void;
  /** What it is the progress of. */
  label: string;
  look?: WaveformLook;
  className?: string;
}

export function Waveform({ waveform, seed, clock, onSeek, label, look = 'fine', className }: WaveformProps) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const bubble = useRef<HTMLSpanElement>(null);
  const pointer = useRef<{ share: number; dragging: boolean } | null>(null);

  const paint = useCanvasWaveform(canvas, {
    waveform,
    seed,
    look,
    read: () => {
      const duration = clock.duration || 1;
      const p = pointer.current;
      return {
        played: p?.dragging ? p.share : clock.position / duration,
        buffered: clock.bufferedEnd / duration,
        hover: p && !p.dragging ? p.share : null,
      };
    },
  });

  const describe = useCallback(() => {
    const slider = box.current;
    if (!slider) return;
    const now = String(Math.floor(clock.position));
    const max = String(Math.round(clock.duration));
    if (slider.getAttribute('aria-valuenow') === now && slider.getAttribute('aria-valuemax') === max) return;
    slider.setAttribute('aria-valuemax', max);
    slider.setAttribute('aria-valuenow', now);
    slider.setAttribute(
      'aria-valuetext',
      t('player.time_of', { time: clockText(clock.position * 1000), total: clockText(Math.round(clock.duration) * 1000) }),
    );
  }, [clock, t]);

  useEffect(() => {
    box.current?.removeAttribute('aria-valuenow');
    describe();
    return clock.subscribe(() => {
      paint.current();
      describe();
    });
  }, [clock, describe, paint]);

  const point = (event: PointerEvent<HTMLDivElement>, dragging: boolean) => {
    const rect = event.currentTarget.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientX - rect.left) / rect.width));
    pointer.current = { share, dragging };
    const label = bubble.current;
    if (label) {
      label.textContent = clockText(secondsAt(share, 1, clock.duration) * 1000);
      label.style.transform = `translateX(${Math.min(rect.width - 24, Math.max(24, share * rect.width))}px) translateX(-50%)`;
      label.hidden = false;
    }
    paint.current();
  };

  const leave = () => {
    pointer.current = null;
    if (bubble.current) bubble.current.hidden = true;
    paint.current();
  };

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const seconds = placeByKey(event, clock);
    if (seconds === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onSeek(seconds, true);
  };

  return (
    <div
      ref={box}
      role="slider"
      tabIndex={0}
      dir="ltr"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={0}
      aria-valuenow={0}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        point(event, true);
      }}
      onPointerMove={(event) => {
        if (event.pointerType === 'mouse' || pointer.current?.dragging) point(event, pointer.current?.dragging ?? false);
      }}
      onPointerUp={(event) => {
        const held = pointer.current;
        if (!held?.dragging) return;
        onSeek(secondsAt(held.share, 1, clock.duration));
        if (event.pointerType === 'mouse') pointer.current = { share: held.share, dragging: false };
        else leave();
      }}
      onPointerCancel={leave}
      onPointerLeave={() => {
        if (!pointer.current?.dragging) leave();
      }}
      className={clsx('relative min-w-0 cursor-pointer touch-pan-y select-none', className)}
    >
      <canvas ref={canvas} aria-hidden="true" className="absolute inset-0 size-full" />
      <span
        ref={bubble}
        hidden
        aria-hidden="true"
        className="num pointer-events-none absolute start-0 -top-7 z-10 rounded-sm bg-ink px-1.5 py-0.5 text-xs text-paper"
      />
    </div>
  );
}
