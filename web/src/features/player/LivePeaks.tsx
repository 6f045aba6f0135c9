/* Peaks that move with what is heard. They rest while nothing plays, and for who prefers less motion. */

import { useEffect, useRef } from 'react';
import { onThemeChange, paintsOf } from '@/components/waveform/painter';
import { bandEdges, bands } from '@/lib/audio/spectrum';
import { usePlayer, warmUp } from '@/lib/player/store';

const BAR = 6;
const GAP = 4;
/** How much of its height a bar loses in a frame. */
const FALL = 0.06;

export function LivePeaks({ className = '' }: { className?: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isPlaying = usePlayer((s) => s.isPlaying);

  useEffect(() => {
    const element = canvas.current;
    const context = element?.getContext('2d');
    if (!element || !context) return undefined;
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    let color = paintsOf(element).played;
    const stop = onThemeChange(() => {
      color = paintsOf(element).played;
    });
    let analyser: AnalyserNode | null = null;
    let data = new Uint8Array(0);
    let edges: number[] = [];
    let levels: number[] = [];
    let frame = 0;
    let ended = false;

    const draw = () => {
      const ratio = window.devicePixelRatio || 1;
      const { clientWidth: width, clientHeight: height } = element;
      if (element.width !== Math.round(width * ratio)) element.width = Math.round(width * ratio);
      if (element.height !== Math.round(height * ratio)) element.height = Math.round(height * ratio);
      const count = Math.max(1, Math.floor((width + GAP) / (BAR + GAP)));
      if (levels.length !== count) levels = new Array<number>(count).fill(0);
      if (analyser && isPlaying && !still) {
        if (data.length !== analyser.frequencyBinCount) data = new Uint8Array(analyser.frequencyBinCount);
        if (edges.length !== count + 1) edges = bandEdges(count, data.length, analyser.context.sampleRate);
        analyser.getByteFrequencyData(data);
        const now = bands(data, edges);
        levels = levels.map((level, i) => Math.max(now[i] ?? 0, level - FALL));
      } else {
        levels = levels.map((level) => Math.max(0, level - FALL));
      }
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      context.fillStyle = color;
      context.beginPath();
      levels.forEach((level, i) => {
        const tall = Math.max(BAR, level ** 1.6 * height);
        context.roundRect(i * (BAR + GAP), height - tall, BAR, tall, BAR / 2);
      });
      context.fill();
      const moving = (isPlaying && !still) || levels.some((level) => level > 0);
      if (moving && !ended) frame = requestAnimationFrame(draw);
    };

    void warmUp().then((controller) => {
      if (ended) return;
      analyser = controller.analyser();
      draw();
    });
    const sizes = new ResizeObserver(() => {
      if (frame === 0) draw();
    });
    sizes.observe(element);
    return () => {
      ended = true;
      cancelAnimationFrame(frame);
      sizes.disconnect();
      stop();
    };
  }, [isPlaying]);

  return <canvas ref={canvas} aria-hidden="true" className={`block ${className}`} />;
}
