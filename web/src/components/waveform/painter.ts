/* Paints a waveform on a canvas. The bars are one path, made once a size; a frame fills it in at most four strips. */

import { layBars, STYLES, type WaveformLook } from './bars';

export interface Paints {
  played: string;
  rest: string;
}

export interface Moment {
  /** Shares of the width, 0 to 1. */
  played: number;
  buffered: number;
  /** Where the pointer is, or null. */
  hover: number | null;
}

/** Light enough to tell, dark enough to see: 3:1 on every ground (lib/color/contrast.test.ts). */
export const UNBUFFERED = 0.85;
const HOVERED = 0.45;

export class Painter {
  private path = new Path2D();
  private width = 0;
  private height = 0;
  private last = '';

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly look: WaveformLook,
  ) {}

  /** Takes on a size in CSS pixels and its levels. */
  shape(levels: readonly number[], width: number, height: number): void {
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.width = width;
    this.height = height;
    this.path = new Path2D();
    for (const bar of layBars(levels, width, height, STYLES[this.look])) {
      /* Snapped to device pixels, or thin bars blur. */
      const x = Math.round(bar.x * ratio) / ratio;
      this.path.roundRect(x, bar.y, bar.width, bar.height, bar.width / 2);
    }
    this.last = '';
  }

  paint(paints: Paints, moment: Moment): void {
    const context = this.canvas.getContext('2d');
    if (!context || this.width === 0) return;
    const ratio = this.canvas.width / this.width;
    const at = (share: number) => Math.round(Math.min(1, Math.max(0, share)) * this.canvas.width) / ratio;
    const played = at(moment.played);
    const buffered = Math.max(played, at(moment.buffered));
    const hover = moment.hover === null ? null : at(moment.hover);
    const key = `${played}/${buffered}/${hover}/${paints.played}/${paints.rest}`;
    if (key === this.last) return;
    this.last = key;

    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    this.strip(context, 0, played, paints.played, 1);
    this.strip(context, played, buffered, paints.rest, 1);
    this.strip(context, buffered, this.width, paints.rest, UNBUFFERED);
    if (hover !== null && hover > played) this.strip(context, played, hover, paints.played, HOVERED);
  }

  private strip(context: CanvasRenderingContext2D, from: number, to: number, fill: string, alpha: number): void {
    if (to <= from) return;
    context.save();
    context.beginPath();
    context.rect(from, 0, to - from, this.height);
    context.clip();
    context.globalAlpha = alpha;
    context.fillStyle = fill;
    context.fill(this.path);
    context.restore();
  }
}

/** The theme's colours for waveforms as they stand at this element. */
export function paintsOf(element: Element): Paints {
  if (forcedColours()?.matches) return { played: 'Highlight', rest: 'CanvasText' }; /* a canvas is not recoloured by itself */
  const style = getComputedStyle(element);
  return { played: style.getPropertyValue('--wave-played').trim() || '#888', rest: style.getPropertyValue('--wave-rest').trim() || '#ccc' };
}

/** The person's own few colours in place of the page's, as Windows has them. */
const forcedColours = (): MediaQueryList | null => (typeof window.matchMedia === 'function' ? window.matchMedia('(forced-colors: active)') : null);

/** Calls back when the theme or the accent changes. Returns how to stop. */
export function onThemeChange(callback: () => void): () => void {
  const observer = new MutationObserver(callback);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme', 'style'] });
  const forced = forcedColours();
  forced?.addEventListener('change', callback);
  return () => {
    observer.disconnect();
    forced?.removeEventListener('change', callback);
  };
}
