/* Reads the tags of one file after another, away from the page's thread. */

import { readTags } from './readTags';

/** Side of the picture in a draft, in pixels of dense screens. */
const SIDE = 320;

/** A small picture of a large one, however large: the page never holds or decodes the one in the file. */
async function small(picture: Blob): Promise<Blob | null> {
  try {
    const bitmap = await createImageBitmap(picture);
    const canvas = new OffscreenCanvas(SIDE, SIDE);
    const fit = SIDE / Math.min(bitmap.width, bitmap.height); /* fills the square, centred */
    canvas.getContext('2d')?.drawImage(bitmap, (SIDE - bitmap.width * fit) / 2, (SIDE - bitmap.height * fit) / 2, bitmap.width * fit, bitmap.height * fit);
    bitmap.close();
    return await canvas.convertToBlob({ type: 'image/png' });
  } catch {
    return null;
  }
}

addEventListener('message', (event: MessageEvent<File>) => {
  void readTags(event.data).then(async ({ fields, picture }) => postMessage({ fields, picture: picture && (await small(picture)) }));
});
