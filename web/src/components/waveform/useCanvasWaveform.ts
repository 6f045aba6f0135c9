import { useEffect, useRef, type RefObject } from 'react';
import type { WaveformData } from '@/lib/api/tracks/waveform';
import { levelsFromId, levelsOf } from '@/lib/peaks/levels';
import { barCount, STYLES, type WaveformLook } from './bars';
import { onThemeChange, paintsOf, Painter, type Moment } from './painter';

interface Options {
  waveform: WaveformData | undefined;
  /** Shapes the bars while there are no peaks. */
  seed: string;
  look: WaveformLook;
  read: () => Moment;
}

/** Keeps a canvas in step with its size, its theme and its peaks. The returned function paints what `read` says now. */
export function useCanvasWaveform(canvas: RefObject<HTMLCanvasElement | null>, { waveform, seed, look, read }: Options) {
  const paint = useRef<() => void>(() => undefined);
  const latest = useRef(read);
  useEffect(() => {
    latest.current = read;
  });
  useEffect(() => {
    const element = canvas.current;
    const box = element?.parentElement;
    if (!element || !box) return undefined;
    const painter = new Painter(element, look);
    let paints = paintsOf(element);
    const paintNow = () => painter.paint(paints, latest.current());
    const shape = () => {
      const { width, height } = box.getBoundingClientRect();
      if (width === 0 || height === 0) return;
      const count = barCount(width, STYLES[look]);
      painter.shape(waveform ? levelsOf(waveform, count) : levelsFromId(seed, count).map((level) => level * 0.5), width, height);
      paintNow();
    };
    paint.current = paintNow;
    const sizes = new ResizeObserver(shape);
    sizes.observe(box);
    const stop = onThemeChange(() => {
      paints = paintsOf(element);
      paintNow();
    });
    shape();
    return () => {
      sizes.disconnect();
      stop();
    };
  }, [canvas, waveform, seed, look]);
  return paint;
}
