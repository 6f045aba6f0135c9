/* Which rendition plays. */

export type Quality = 'auto' | 'low' | 'medium' | 'high' | 'lossless';
export type Rendition = Exclude<Quality, 'auto'>;

export const QUALITIES: readonly Quality[] = ['auto', 'low', 'medium', 'high', 'lossless'];
const RENDITIONS: readonly Rendition[] = ['low', 'medium', 'high', 'lossless'];

/** What this file needs to know of an hls.js level. */
export interface LevelLike {
  url: string | readonly string[];
  bitrate: number;
  audioCodec?: string | undefined;
  attrs?: Readonly<Record<string, string | undefined>>;
}

/** Lossless in `auto` must leave this much room, so that it never stalls: changing codec mid-track can be heard. */
const LOSSLESS_HEADROOM = 6;

export function renditionOf(level: LevelLike): Rendition {
  const url = typeof level.url === 'string' ? level.url : (level.url[0] ?? '');
  const folder = /\/(low|medium|high|lossless)\/[^/]*$/.exec(url.split('?')[0] ?? '')?.[1];
  if (folder) return folder as Rendition;
  if (/^(flac|alac)/i.test(level.audioCodec ?? '')) return 'lossless';
  if (level.bitrate < 100_000) return 'low';
  return level.bitrate < 200_000 ? 'medium' : 'high';
}

/** By how many dB the rendition is quieter than the source, 0 or less: lossy ones leave room for what coding adds. */
export function gainOf(level: LevelLike | undefined): number {
  const gain = Number(level?.attrs?.['X-GAIN-DB'] ?? 0);
  return Number.isFinite(gain) ? gain : 0;
}

/** The level nearest to the wish, looking down before up; -1 when there are none. */
export function levelFor(levels: readonly LevelLike[], wish: Rendition): number {
  const at = RENDITIONS.indexOf(wish);
  const order = [...RENDITIONS.slice(0, at + 1).reverse(), ...RENDITIONS.slice(at + 1)];
  for (const rendition of order) {
    const index = levels.findIndex((level) => renditionOf(level) === rendition);
    if (index >= 0) return index;
  }
  return levels.length > 0 ? 0 : -1;
}

/** How many times faster than a rendition's bits the page must have come, since other files still come beside the first segment. */
const FIRST_HEADROOM = 4;

/**
 * With which level a track begins. `bandwidth` of segments in bits a second, NaN while unknown; then that of the page's own files decides
 * between the lossy ones, `high` when that is unknown too. In `auto` a track is lossless from
 * its first segment or not at all.
 */
export function startLevel(levels: readonly LevelLike[], quality: Quality, bandwidth: number, saveData: boolean, page = NaN): number {
  if (quality !== 'auto') return levelFor(levels, quality);
  const known = Number.isFinite(bandwidth);
  const best = levelFor(levels, 'lossless');
  const chosen = levels[best];
  if (!saveData && known && chosen && renditionOf(chosen) === 'lossless' && bandwidth > chosen.bitrate * LOSSLESS_HEADROOM) {
    return best;
  }
  if (saveData) return levelFor(levels, 'low');
  if (!known && !Number.isFinite(page)) return levelFor(levels, 'high');
  for (const wish of ['high', 'medium'] as const) {
    const level = levels[levelFor(levels, wish)];
    if (level && (known ? bandwidth > level.bitrate * 2 : page > level.bitrate * FIRST_HEADROOM)) return levelFor(levels, wish);
  }
  return levelFor(levels, 'low');
}
