import { clsx } from 'clsx';
import { Download, Globe, Lock, Pencil, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Cover } from '@/components/cover/Cover';
import { PlayButton } from '@/components/track/PlayButton';
import { ProcessingLine } from '@/components/track/ProcessingLine';
import { TrackMenu } from '@/components/track/TrackMenu';
import { TrackWaveform } from '@/components/track/TrackWaveform';
import { StatusBadge } from '@/components/track/StatusBadge';
import { MenuItem, MenuSeparator } from '@/components/ui/Menu';
import { API } from '@/lib/api/client';
import { problemText } from '@/lib/api/problemText';
import { outcomeText } from '@/lib/api/tracks/outcome';
import { isUnfinished } from '@/lib/api/tracks/list';
import { useUpdateTrack, type TrackChanges } from '@/lib/api/tracks/update';
import type { Track } from '@/lib/api/schema';
import { clock } from '@/lib/format/format';
import { useFormat } from '@/lib/format/useFormat';
import { keyName } from '@/lib/musicalKey';
import { isPlayable, toPlayerTrack } from '@/lib/player/contract';
import { toast, useToasts } from '@/lib/toast/store';
import { SelectBox } from './SelectBox';

interface LibraryRowProps {
  track: Track;
  list: readonly Track[];
  isSelected: boolean;
  /** `range`: with all rows since the last one. */
  onSelect: (range: boolean) => void;
  onEdit: (track: Track) => void;
  onDelete: (track: Track) => void;
}

function useVisibility(track: Track) {
  const { t } = useTranslation();
  const update = useUpdateTrack();
  const { visibility, publish_at, publish_zone } = track;
  const set = (changes: TrackChanges) =>
    update.mutate(
      { id: track.id, changes },
      {
        onError: (error) => toast(problemText(error, t), 'danger'),
      },
    );
  return () => {
    set({ visibility: visibility === 'public' ? 'private' : 'public' });
    useToasts.getState().show({
      text: t(visibility === 'public' ? 'track.now_private' : 'track.now_public', { title: track.title }),
      action: { label: t('common.undo'), run: () => set(visibility === 'scheduled' ? { visibility, publish_at, publish_zone } : { visibility }) },
    });
  };
}

function Tools({ track, onEdit, onDelete }: Pick<LibraryRowProps, 'track' | 'onEdit' | 'onDelete'>) {
  const { t } = useTranslation();
  const toggleVisibility = useVisibility(track);
  return (
    <TrackMenu track={toPlayerTrack(track)} playable={isPlayable(track)}>
      <MenuItem onSelect={() => onEdit(track)}>
        <Pencil size={16} aria-hidden />
        {t('common.edit')}
      </MenuItem>
      {track.status === 'completed' && (
        <>
          <MenuItem onSelect={toggleVisibility}>
            {track.visibility === 'public' ? <Lock size={16} aria-hidden /> : <Globe size={16} aria-hidden />}
            {t(track.visibility === 'public' ? 'track.make_private' : 'track.make_public')}
          </MenuItem>
          <MenuItem asChild>
            <a href={`${API}/tracks/${track.id}/download`} download>
              <Download size={16} aria-hidden />
              {t('track.download')}
            </a>
          </MenuItem>
        </>
      )}
      <MenuSeparator />
      <MenuItem danger onSelect={() => onDelete(track)}>
        <Trash2 size={16} aria-hidden />
        {t('common.delete')}
      </MenuItem>
    </TrackMenu>
  );
}

export function LibraryRow({ track, list, isSelected, onSelect, onEdit, onDelete }: LibraryRowProps) {
  const { t } = useTranslation();
  const f = useFormat();
  const outcome = outcomeText(track, t);
  const ms = track.duration_ms ?? (track.duration ?? 0) * 1000;
  const sound = isUnfinished(track) ? (
    <ProcessingLine id={track.id} title={track.title} />
  ) : (
    track.status === 'completed' && <TrackWaveform track={track} context={{ list }} className="h-7" />
  );
  const num = 'num py-1.5 pe-4 text-end text-sm';
  return (
    <tr className={clsx('group border-b border-line transition-colors duration-150', isSelected ? 'bg-accent-wash' : 'hover:bg-sunk/60')}>
      <td className="w-9 py-1.5">
        <SelectBox label={t('library.many.select', { title: track.title })} checked={isSelected} onToggle={onSelect} />
      </td>
      <td className="max-w-0 py-1.5 pe-4 sm:w-[34%]">
        <div className="flex items-center gap-3">
          <div className="relative shrink-0">
            <Cover track={track} sizes="40px" className="size-10" />
            <PlayButton
              track={track}
              list={list}
              size="sm"
              look="veil"
              className="transition-opacity focus-visible:opacity-100 pointer-fine:opacity-0 pointer-fine:group-hover:opacity-100"
            />
          </div>
          <div className="min-w-0">
            <Link to={`/track/${track.id}`} title={track.title} className="line-clamp-2 font-semibold break-words hover:underline">
              <bdi>{track.title}</bdi>
            </Link>
            <div className="text-xs md:hidden">
              <StatusBadge track={track} short />
            </div>
            {outcome && (
              <p className="truncate text-xs text-muted" title={outcome}>
                {outcome}
              </p>
            )}
          </div>
        </div>
        <div className="mt-1.5 lg:hidden">{sound}</div>
      </td>
      <td className="w-[26%] py-1.5 pe-6 max-lg:hidden">
        {sound}
      </td>
      <td className="py-1.5 pe-4 max-md:hidden">
        <StatusBadge track={track} short />
      </td>
      <td className={`${num} max-xl:hidden`}>{track.bpm === null ? '' : Math.round(track.bpm)}</td>
      <td className="num py-1.5 pe-4 text-sm whitespace-nowrap max-xl:hidden">{track.musical_key && keyName(track.musical_key, t)}</td>
      <td className={`${num} max-xl:hidden`}>{track.loudness_lufs === null ? '' : f.number(track.loudness_lufs, 1)}</td>
      <td className={`${num} max-sm:hidden`}>{ms > 0 ? clock(ms) : ''}</td>
      <td className="py-1.5 pe-4 text-end whitespace-nowrap text-muted max-md:hidden">{f.ago(track.created_at)}</td>
      <td className="py-1.5 text-end">
        <Tools track={track} onEdit={onEdit} onDelete={onDelete} />
      </td>
    </tr>
  );
}
