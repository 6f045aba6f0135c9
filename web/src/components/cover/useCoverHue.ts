import { useEffect, useState } from 'react';
import { hueOf } from '@/lib/color/hue';
import { hueOfPixels } from '@/lib/player/tint';
import { coverAt } from './Cover';

const SIDE = 32;

async function read(url: string): Promise<number | null> {
  const image = new Image();
  image.src = coverAt(url, 300);
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = SIDE;
  canvas.height = SIDE;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return null;
  context.drawImage(image, 0, 0, SIDE, SIDE);
  return hueOfPixels(context.getImageData(0, 0, SIDE, SIDE).data);
}

/** The hue a track goes by: its cover's, once that is there, else the one of its id. */
export function useCoverHue({ id, cover_url }: { id: string; cover_url: string | null }): number {
  const [found, setFound] = useState<{ url: string; hue: number } | null>(null);
  useEffect(() => {
    if (!cover_url) return undefined;
    let wanted = true;
    read(cover_url).then(
      (hue) => {
        if (wanted && hue !== null) setFound({ url: cover_url, hue });
      },
      () => undefined /* a cover that cannot be read says nothing about colour */,
    );
    return () => {
      wanted = false;
    };
  }, [cover_url]);
  return found && found.url === cover_url ? found.hue : hueOf(id);
}
