/* A cover: its image, or the art that the app draws where there is none. */

import { coverArt } from '@/components/cover/coverArt';
import { levelsFromId } from '@/lib/peaks/levels';
import { ask } from './api';
import { el, svg } from './dom';

function drawn(seed: string): SVGElement {
  const art = coverArt(seed, levelsFromId(seed, 64));
  return svg(
    '0 0 100 100',
    { class: 'art' },
    { d: 'M0 0h100v100H0z', fill: art.background },
    ...art.shapes.map(({ d, fill, stroke, strokeWidth }) => ({ d, fill: fill ?? 'none', stroke, 'stroke-width': strokeWidth, 'stroke-linecap': 'round' })),
  );
}

const pictures = new Map<string, Promise<string | null>>();

async function fetched(url: string): Promise<string | null> {
  try {
    const reply = await ask(url.replace(/\/cover\/\d+/, '/cover/300'));
    if (reply.ok) return URL.createObjectURL(await reply.blob());
    void reply.body?.cancel();
  } catch {
    /* without a picture */
  }
  return null;
}

/** An image as an address within this page: what elements and the system fetch by themselves, they fetch with this site's cookies. */
export function picture(url: string): Promise<string | null> {
  const asked = pictures.get(url) ?? fetched(url);
  pictures.set(url, asked);
  return asked;
}

export function cover(url: string | null, seed: string): HTMLElement {
  const box = el('div', { class: 'cover' }, drawn(seed));
  if (url) void picture(url).then((src) => src && box.replaceChildren(el('img', { src, alt: '' })));
  return box;
}
