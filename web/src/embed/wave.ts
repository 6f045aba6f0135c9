/* The waveform of what plays: shows how far it is, and seeks. The app's is components/waveform/Waveform.tsx. */

import type { WaveformData } from '@/lib/api/tracks/waveform';
import { barCount, placeByKey, secondsAt, STYLES } from '@/components/waveform/bars';
import { onThemeChange, Painter, paintsOf } from '@/components/waveform/painter';
import { clock } from '@/lib/format/format';
import { levelsFromId, levelsOf } from '@/lib/peaks/levels';
import { el } from './dom';
import type { Player } from './player';
import { t } from './texts';

export interface Wave {
  element: HTMLElement;
  /** Of another piece; without peaks its shape is made up from the seed. */
  show(label: string, seed: string, peaks: WaveformData | null): void;
  update(): void;
}

export function waveOf(player: Player): Wave {
  const canvas = el('canvas', { 'aria-hidden': 'true' });
  const element = el('div', { class: 'wave', role: 'slider', tabindex: 0, dir: 'ltr', 'aria-valuemin': 0 }, canvas);
  const painter = new Painter(canvas, 'fine');
  let paints = paintsOf(canvas);
  let shown: { seed: string; peaks: WaveformData | null } = { seed: 'skeleton', peaks: null };
  let hover: number | null = null;
  let drag: number | null = null;

  const paint = () => {
    const duration = player.duration || 1;
    painter.paint(paints, { played: drag ?? player.position / duration, buffered: player.bufferedEnd / duration, hover: drag === null ? hover : null });
  };
  const shape = () => {
    const { width, height } = element.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    const count = barCount(width, STYLES.fine);
    paints = paintsOf(canvas);
    painter.shape(shown.peaks ? levelsOf(shown.peaks, count) : levelsFromId(shown.seed, count).map((level) => level * 0.5), width, height);
    paint();
  };
  const update = () => {
    element.setAttribute('aria-valuemax', String(Math.round(player.duration)));
    element.setAttribute('aria-valuenow', String(Math.floor(player.position)));
    element.setAttribute('aria-valuetext', t('embed.time_of', { time: clock(player.position * 1000), total: clock(player.duration * 1000) }));
    paint();
  };
  const shareAt = (event: PointerEvent) => {
    const { left, width } = element.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - left) / width));
  };

  element.addEventListener('keydown', (event) => {
    const to = placeByKey(event, player);
    if (to === undefined) return;
    event.preventDefault();
    player.seek(to);
  });
  element.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    drag = shareAt(event);
    paint();
  });
  element.addEventListener('pointermove', (event) => {
    if (drag !== null) drag = shareAt(event);
    else hover = event.pointerType === 'mouse' ? shareAt(event) : null;
    paint();
  });
  element.addEventListener('pointerup', () => {
    if (drag === null) return;
    const seconds = secondsAt(drag, 1, player.duration);
    drag = null;
    player.seek(seconds);
    if (!player.wanted) player.play();
  });
  for (const type of ['pointercancel', 'pointerleave'] as const) {
    element.addEventListener(type, () => {
      if (type === 'pointercancel') drag = null;
      hover = null;
      paint();
    });
  }
  new ResizeObserver(shape).observe(element);
  onThemeChange(() => {
    paints = paintsOf(canvas);
    paint();
  });

  return {
    element,
    show(label, seed, peaks) {
      element.setAttribute('aria-label', label);
      shown = { seed, peaks };
      shape();
      update();
    },
    update,
  };
}
