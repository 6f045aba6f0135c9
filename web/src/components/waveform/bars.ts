/* The geometry of a waveform, apart from any canvas. */

export interface BarStyle {
  /** Width of a bar and of the space after it, in CSS pixels. */
  width: number;
  gap: number;
  /** Where the bars stand: 0.5 mirrors them, 0.72 gives a horizon with a reflection below. */
  horizon: number;
}

export const STYLES = {
  fine: { width: 2, gap: 1, horizon: 0.5 },
  bold: { width: 3, gap: 2, horizon: 0.7 },
} as const satisfies Record<string, BarStyle>;

export type WaveformLook = keyof typeof STYLES;

export interface Bar {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** How many bars fit into `width` pixels. */
export function barCount(width: number, style: BarStyle): number {
  return Math.max(1, Math.floor((width + style.gap) / (style.width + style.gap)));
}

/** Bars in a box, stretched so that the first and the last touch its edges. Quiet bars stay visible. */
export function layBars(levels: readonly number[], width: number, height: number, style: BarStyle): Bar[] {
  const step = levels.length > 1 ? (width - style.width) / (levels.length - 1) : 0;
  return levels.map((level, i) => {
    const up = Math.max(style.width / 2, level * height * style.horizon);
    const down = Math.max(style.width / 2, level * height * (1 - style.horizon));
    return { x: i * step, y: height * style.horizon - up, width: style.width, height: up + down };
  });
}

const STEP = 5;
const PAGE_SHARE = 0.1;

/** Where a key leads to, in seconds; undefined when it is none that moves the place. */
export function placeByKey(event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'altKey' | 'metaKey' | 'ctrlKey'>, { position, duration }: { position: number; duration: number }): number | undefined {
  const to: Record<string, number> = {
    ArrowRight: position + STEP,
    ArrowUp: position + STEP,
    ArrowLeft: position - STEP,
    ArrowDown: position - STEP,
    PageUp: position + duration * PAGE_SHARE,
    PageDown: position - duration * PAGE_SHARE,
    Home: 0,
    End: duration,
  };
  const seconds = event.shiftKey || event.altKey || event.metaKey || event.ctrlKey ? undefined : to[event.key];
  return seconds === undefined ? undefined : Math.min(duration, Math.max(0, seconds));
}

/** Seconds at a place in the box. */
export function secondsAt(x: number, width: number, duration: number): number {
  if (!(width > 0) || !(duration > 0)) return 0;
  return Math.min(1, Math.max(0, x / width)) * duration;
}
