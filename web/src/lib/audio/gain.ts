/* Loudness and volume, as numbers.
 *
 * Levels are in decibels, gains are factors for a GainNode. */

/** What tracks are brought to, in LUFS; `off` plays them as they were delivered. */
export type LoudnessTarget = 'off' | -14 | -18;

export const LOUDNESS_TARGETS: readonly LoudnessTarget[] = ['off', -14, -18];

/** No sample may come out above this, in dB true peak. */
export const TRUE_PEAK_CEILING_DB = -1;

/** A track that was measured as nearly silent is not turned into noise. */
const MOST_GAIN_DB = 12;

export function decibelsToGain(decibels: number): number {
  return 10 ** (decibels / 20);
}

/**
 * The gain in dB that brings a track of `loudness` LUFS to `target` without its true peak passing the ceiling. A
 * track of unknown loudness is left alone. Without a known true peak a track is only ever made quieter.
 */
export function normalisationDecibels(target: LoudnessTarget, loudness: number | null, truePeak: number | null): number {
  if (target === 'off' || loudness === null || !Number.isFinite(loudness)) return 0;
  const wanted = Math.min(target - loudness, MOST_GAIN_DB);
  if (truePeak === null || !Number.isFinite(truePeak)) return Math.min(wanted, 0);
  const room = TRUE_PEAK_CEILING_DB - truePeak;
  return wanted <= 0 ? wanted : Math.max(0, Math.min(wanted, room));
}

/** Loudness and true peak are those of the source; what plays is a rendition that was made with `renditionGain` dB. */
export function normalisationGain(target: LoudnessTarget, loudness: number | null, truePeak: number | null, renditionGain: number): number {
  const played = (level: number | null) => (level === null ? null : level + renditionGain);
  return decibelsToGain(normalisationDecibels(target, played(loudness), played(truePeak)));
}

/** Where the slider stands (0 to 1) to a gain: ears hear ratios, so the middle of the slider is about half as loud. */
export function volumeGain(slider: number): number {
  const x = Math.min(1, Math.max(0, slider));
  return x ** 2.5;
}
