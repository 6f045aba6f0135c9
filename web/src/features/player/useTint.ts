import { useEffect } from 'react';
import { hueOf } from '@/lib/color/hue';
import type { QueueEntry } from '@/lib/player/queue';
import { hueOfPixels } from '@/lib/player/tint';

const SIDE = 32;

async function hueOfCover(url: string): Promise<number | null> {
  const image = new Image();
  image.src = url.replace(/\/\d+$/, '/300');
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return null;
  context.drawImage(image, 0, 0, SIDE, SIDE);
  return hueOfPixels(context.getImageData(0, 0, SIDE, SIDE).data);
}

/** Tints the interface with the hue of what is loaded: its cover's, or that of its generated cover. */
export function useTint(track: QueueEntry | null): void {
  const id = track?.id;
  const cover = track?.cover_url ?? null;
  useEffect(() => {
    const { style } = document.documentElement;
    if (!id) return undefined;
    let wanted = true;
    const apply = (hue: number | null) => {
      if (!wanted) return;
      if (hue === null) style.removeProperty('--accent-h');
      else style.setProperty('--accent-h', String(hue));
    };
    if (cover) hueOfCover(cover).then(apply, () => apply(hueOf(id)));
    else apply(hueOf(id));
    return () => {
      wanted = false;
    };
  }, [id, cover]);
}
