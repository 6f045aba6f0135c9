/* In which formats a track or a release may be downloaded, as a form has it: a box for each. */

import { z } from '@/lib/zod';

export const FORMATS = ['original', 'flac', 'lossy'] as const;
type Format = (typeof FORMATS)[number];

export const formatFields = { download_original: z.boolean(), download_flac: z.boolean(), download_lossy: z.boolean() };

export const fieldsOfFormats = (formats: readonly string[]) => ({
  download_original: formats.includes('original'),
  download_flac: formats.includes('flac'),
  download_lossy: formats.includes('lossy'),
});

/** As the server wants it. None chosen is the same as no downloads. */
export function downloadChoice(form: { is_downloadable: boolean } & Record<`download_${Format}`, boolean>): { is_downloadable: boolean; download_formats?: Format[] } {
  const formats = FORMATS.filter((format) => form[`download_${format}`]);
  return form.is_downloadable && formats.length > 0 ? { is_downloadable: true, download_formats: formats } : { is_downloadable: false };
}
