/* What was measured and what was told, in the mono face: an engineer's view of the track. */

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useReleasesOfTrack } from '@/lib/api/releases/ofTrack';
import type { Track } from '@/lib/api/schema';
import { analysisQuery } from '@/lib/api/tracks/analysis';
import { clock, formatName } from '@/lib/format/format';
import { useFormat } from '@/lib/format/useFormat';
import type { TextFiles } from '@/lib/i18n';
import { keyName } from '@/lib/musicalKey';

/** The heading of the page may cut a longer title, so it is a fact as well. */
const MAY_BE_CUT = 60;

type Fact = [key: Exclude<keyof TextFiles['track_page']['fact'], 'release'>, value: string | null, isMeasured?: boolean];

export function useFacts(track: Track): Fact[] {
  const { t } = useTranslation();
  const f = useFormat();
  const { data: heard } = useQuery(analysisQuery(track.id));
  const bpm = track.bpm ?? heard?.measured_bpm ?? null;
  const key = track.musical_key ?? heard?.measured_key ?? null;
  const unit = (value: number | null, name: string, digits = 0) => (value === null ? null : `${f.number(value, digits)} ${name}`);
  const ms = track.duration_ms ?? (track.duration ?? 0) * 1000;
  const channels = track.channels === null ? null : track.channels === 1 ? t('track_page.mono') : track.channels === 2 ? t('track_page.stereo') : String(track.channels);
  const source = [
    track.format && formatName(track.format),
    track.sample_rate !== null && `${f.number(track.sample_rate / 1000, track.sample_rate % 1000 ? 1 : 0)} kHz`,
    track.bit_depth !== null && `${track.bit_depth} bit`,
    channels,
  ].filter((part): part is string => typeof part === 'string' && part !== '');
  return [
    ['title', track.title.length > MAY_BE_CUT ? track.title : null],
    ['length', ms > 0 ? clock(ms) : null],
    ['bpm', unit(bpm, 'BPM', bpm !== null && bpm % 1 ? 1 : 0), track.bpm === null],
    ['key', key && keyName(key, t), track.musical_key === null],
    ['loudness', unit(track.loudness_lufs, 'LUFS', 1)],
    ['range', unit(track.loudness_range_lu, 'LU', 1)],
    ['peak', unit(track.true_peak_dbtp, 'dBTP', 1)],
    ['source', source.length > 0 ? source.join(' · ') : null],
    ['bitrate', unit(track.bitrate, 'kbit/s')],
    ['size', track.file_size === null ? null : f.bytes(track.file_size)],
    ['album', track.album],
    ['year', track.year === null ? null : String(track.year)],
    ['published', f.day(track.created_at)],
  ];
}

export function TrackFacts({ track }: { track: Track }) {
  const { t } = useTranslation();
  const { data } = useReleasesOfTrack(track.id, track.is_mine);
  const releases = data?.items ?? [];
  const isNamed = (value: string) => releases.some(({ title }) => title === value);
  const facts = useFacts(track).filter(([key, value]) => value !== null && value !== '' && !(key === 'album' && isNamed(value)));
  return (
    <section aria-label={t('track_page.facts')}>
      <dl className="border-t border-line">
        {releases.length > 0 && (
          <div className="flex justify-between gap-6 border-b border-line py-2">
            <dt className="text-muted">{t('track_page.fact.release')}</dt>
            <dd className="min-w-0 space-y-1 text-end break-words">
              {releases.map(({ id, slug, title }) => (
                <Link key={id} to={`/release/${slug}`} dir="auto" className="block underline hover:text-accent-text">
                  {title}
                </Link>
              ))}
            </dd>
          </div>
        )}
        {facts.map(([key, value, isMeasured]) => (
          <div key={key} className="flex justify-between gap-6 border-b border-line py-2">
            <dt className="text-muted">{t(`track_page.fact.${key}`)}</dt>
            <dd dir="auto" className="num min-w-0 text-end break-words">
              {value}
              {isMeasured && <span className="ms-2 font-sans text-xs text-muted">{t('track_page.measured')}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
