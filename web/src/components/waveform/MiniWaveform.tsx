/* A waveform that stands still, for rows and cards: how far a track was heard, nothing to hold on to. */

import { clsx } from 'clsx';
import { useEffect, useRef } from 'react';
import type { WaveformData } from '@/lib/api/types';
import { useCanvasWaveform } from './useCanvasWaveform';

interface MiniWaveformProps {
  waveform: WaveformData | undefined;
  seed: string;
  /** Share of the track that counts as played, 0 to 1. */
  played?: number;
  /** Sets the size. */
  className?: string;
}

export function MiniWaveform({ waveform, seed, played = 0, className = 'h-8' }: MiniWaveformProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const paint = useCanvasWaveform(canvas, { waveform, seed, look: 'fine', read: () => ({ played, buffered: 1, hover: null }) });
  useEffect(() => paint.current(), [paint, played]);
  return (
    <div className={clsx('relative w-full', className)} dir="ltr">
      <canvas ref={canvas} aria-hidden="true" className="absolute inset-0 size-full" />
    </div>
  );
}
