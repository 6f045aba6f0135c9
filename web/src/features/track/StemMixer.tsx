/* What plays the stems: one transport for all, and for each its waveform, mute, solo and level. */

import { useQuery } from '@tanstack/react-query';
import { clsx } from 'clsx';
import { Download, Ellipsis, Pause, Pencil, Play, Trash2 } from 'lucide-react';
import { Slider } from 'radix-ui';
import { useMemo, useSyncExternalStore, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton } from '@/components/ui/IconButton';
import { Menu, MenuItem } from '@/components/ui/Menu';
import { Waveform, type WaveformClock } from '@/components/waveform/Waveform';
import { problemText } from '@/lib/api/problemText';
import { stemFileUrl, stemWaveformQuery } from '@/lib/api/tracks/stems';
import { useWaveform } from '@/lib/api/tracks/waveform';
import type { Stem, Track } from '@/lib/api/schema';
import { useInView } from '@/lib/dom/useInView';
import { clock as clockText, formatName } from '@/lib/format/format';
import { useFormat } from '@/lib/format/useFormat';
import { useStemPlayer } from './useStemPlayer';

type Mixer = ReturnType<typeof useStemPlayer>;

/** A part of the common clock, which begins `from` seconds into it. */
function partOf(clock: WaveformClock, from: number, duration: number): WaveformClock {
  return {
    get position() {
      return Math.min(duration, Math.max(0, clock.position - from));
    },
    duration,
    bufferedEnd: duration,
    subscribe: (listener) => clock.subscribe(listener),
  };
}

/** A waveform at its place on the common line of time. */
function Placed({ whole, from, duration, className, children }: { whole: number; from: number; duration: number; className: string; children: ReactNode }) {
  return (
    <div dir="ltr" className={clsx('overflow-x-clip', className)}>
      <div className="h-full" style={{ marginLeft: `${(100 * from) / whole}%`, width: `${(100 * duration) / whole}%` }}>
        {children}
      </div>
    </div>
  );
}

function Switch({ sign, label, on, tone, onChange }: { sign: string; label: string; on: boolean; tone: string; onChange: () => void }) {
  return (
    <button
      type="button"
      aria-pressed={on}
      aria-label={label}
      title={label}
      onClick={onChange}
      className={clsx('num size-8 shrink-0 rounded-card border text-sm font-semibold transition-colors duration-150', on ? tone : 'border-line-strong text-muted hover:border-ink hover:text-ink')}
    >
      {sign}
    </button>
  );
}

function Level({ name, mixer, id }: { name: string; mixer: Mixer; id: string }) {
  const { t } = useTranslation();
  const percent = Math.round(mixer.settingOf(id).gain * 100);
  return (
    <Slider.Root
      value={[percent]}
      max={100}
      step={2}
      onValueChange={([value = 0]) => mixer.set(id, { gain: value / 100 })}
      className="relative flex h-8 w-24 min-w-0 shrink cursor-pointer touch-none items-center select-none"
    >
      <Slider.Track className="fills-track relative h-1 grow rounded-full bg-line">
        <Slider.Range className="fills absolute h-full rounded-full bg-ink" />
      </Slider.Track>
      <Slider.Thumb
        aria-label={t('stems.level', { name })}
        aria-valuetext={t('stems.percent', { percent })}
        className="fills block size-3 rounded-full bg-ink transition-transform duration-150 hover:scale-125"
      />
    </Slider.Root>
  );
}

interface RowProps {
  track: Track;
  stem: Stem;
  mixer: Mixer;
  heard: boolean;
  onEdit: () => void;
  onRemove: () => void;
}

function Row({ track, stem, mixer, heard, onEdit, onRemove }: RowProps) {
  const { t } = useTranslation();
  const f = useFormat();
  const [ref, seen] = useInView<HTMLLIElement>();
  const peaks = useQuery({ ...stemWaveformQuery(track.id, stem), enabled: seen });
  const { clock } = mixer;
  const from = stem.offset_samples / stem.sample_rate, duration = (stem.samples ?? 0) / stem.sample_rate;
  const own = useMemo(() => partOf(clock, from, duration), [clock, from, duration]);
  const { muted, solo } = mixer.settingOf(stem.id);
  const { name } = stem;
  return (
    <li
      ref={ref}
      className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1.5 border-t border-line py-3 sm:grid-cols-[minmax(0,1fr)_auto_auto]"
    >
      <div className="min-w-0">
        <h3 dir="auto" title={name} className={clsx('truncate text-base font-semibold', !heard && 'text-muted')}>
          {name}
        </h3>
        <p className="num truncate text-xs text-muted">
          {[stem.format && formatName(stem.format), stem.size_bytes ? f.bytes(stem.size_bytes) : null].filter(Boolean).join(' · ')}
        </p>
      </div>
      <div className="flex min-w-0 items-center gap-1.5 max-sm:order-3 max-sm:col-span-2">
        <Switch sign="M" label={t('stems.mute', { name })} on={muted} tone="border-danger bg-danger-wash text-danger" onChange={() => mixer.set(stem.id, { muted: !muted })} />
        <Switch sign="S" label={t('stems.solo', { name })} on={solo} tone="border-accent bg-accent text-on-accent" onChange={() => mixer.set(stem.id, { solo: !solo })} />
        <div className="ms-1.5 min-w-0">
          <Level name={name} mixer={mixer} id={stem.id} />
        </div>
      </div>
      <div className="flex max-sm:order-2">
        {track.is_mine ? (
          <Menu
            trigger={
              <IconButton size="sm" label={t('stems.more', { name })}>
                <Ellipsis size={18} aria-hidden />
              </IconButton>
            }
          >
            <MenuItem asChild>
              <a href={stemFileUrl(track.id, stem)} download>
                <Download size={16} aria-hidden />
                {t('stems.download')}
              </a>
            </MenuItem>
            <MenuItem onSelect={onEdit}>
              <Pencil size={16} aria-hidden />
              {t('stems.edit')}
            </MenuItem>
            <MenuItem danger onSelect={onRemove}>
              <Trash2 size={16} aria-hidden />
              {t('stems.remove')}
            </MenuItem>
          </Menu>
        ) : (
          <a
            href={stemFileUrl(track.id, stem)}
            download
            aria-label={t('stems.download_this', { name })}
            title={t('stems.download_this', { name })}
            className="inline-flex size-8 items-center justify-center rounded-card text-muted transition-colors duration-150 hover:bg-sunk hover:text-ink"
          >
            <Download size={18} aria-hidden />
          </a>
        )}
      </div>
      <Placed whole={clock.duration} from={from} duration={duration} className={clsx('col-span-full max-sm:order-4 h-10 min-w-0 transition-opacity duration-150', !heard && 'opacity-40')}>
        <Waveform waveform={peaks.data} seed={stem.id} clock={own} onSeek={(seconds) => mixer.seek(from + seconds)} label={t('stems.seek_in', { name })} className="h-full" />
      </Placed>
    </li>
  );
}

function Time({ clock }: { clock: WaveformClock }) {
  const seconds = useSyncExternalStore(clock.subscribe.bind(clock), () => Math.floor(clock.position));
  return (
    <span className="num shrink-0 text-sm text-muted">
      {clockText(seconds * 1000)} / {clockText(Math.round(clock.duration) * 1000)}
    </span>
  );
}

interface MixerProps {
  track: Track;
  /** Those that can be played. */
  stems: readonly Stem[];
  onEdit: (stem: Stem) => void;
  onRemove: (stem: Stem) => void;
}

export function StemMixer({ track, stems, onEdit, onRemove }: MixerProps) {
  const { t } = useTranslation();
  const mixer = useStemPlayer(track.id, stems);
  const mix = useWaveform(track, true);
  const { clock, playing, buffering, error } = mixer;
  const anySolo = stems.some(({ id }) => mixer.settingOf(id).solo);
  const duration = Math.min(clock.duration, (track.duration_ms ?? 0) / 1000 || clock.duration);
  const line = useMemo(() => partOf(clock, 0, duration), [clock, duration]);
  return (
    <div role="group" aria-label={t('stems.player')}>
      <div className="flex items-center gap-3 py-2">
        <button
          type="button"
          aria-label={t(playing ? 'stems.pause' : 'stems.play')}
          aria-busy={buffering || undefined}
          onClick={mixer.toggle}
          className={clsx('inline-flex size-11 shrink-0 items-center justify-center rounded-full bg-accent text-on-accent transition-[filter] duration-150 hover:brightness-105', buffering && 'is-busy')}
        >
          {playing ? <Pause size={20} aria-hidden className="fill-current" /> : <Play size={20} aria-hidden className="ms-[6%] fill-current rtl:-scale-x-100" />}
        </button>
        <div>
          <p className="text-base font-semibold">{t('stems.together')}</p>
          <Time clock={clock} />
        </div>
      </div>
      <Placed whole={clock.duration} from={0} duration={duration} className="mb-3 h-12">
        <Waveform waveform={mix.data} seed={track.id} clock={line} onSeek={mixer.seek} label={t('stems.seek')} className="h-full" />
      </Placed>
      {error !== null && (
        <p role="alert" className="pb-2 text-sm text-danger">
          {problemText(error, t)}
        </p>
      )}
      <ul>
        {stems.map((stem) => {
          const { muted, solo } = mixer.settingOf(stem.id);
          return <Row key={stem.id} track={track} stem={stem} mixer={mixer} heard={anySolo ? solo : !muted} onEdit={() => onEdit(stem)} onRemove={() => onRemove(stem)} />;
        })}
      </ul>
    </div>
  );
}
