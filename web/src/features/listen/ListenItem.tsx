import { clsx } from 'clsx';
import { ChevronUp, X } from 'lucide-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Cover } from '@/components/cover/Cover';
import { IconButton } from '@/components/ui/IconButton';
import type { SharedItem } from '@/lib/api/queue/session';
import { byline } from '@/lib/format/byline';
import { clock } from '@/lib/format/format';
import { askedBy } from './askedBy';

/* Of up to 500 rows those out of sight cost nothing. */
const cheap = '[content-visibility:auto] [contain-intrinsic-size:auto_64px]';

interface ListenItemProps {
  item: SharedItem;
  onVote: (id: string, yes: boolean) => void;
  /** Null: not theirs to take back. */
  onRemove: ((id: string) => void) | null;
}

export const ListenItem = memo(function ListenItem({ item, onVote, onRemove }: ListenItemProps) {
  const { t } = useTranslation();
  const title = item.title ?? t('listen.unseen');
  return (
    <li className={`flex min-h-16 items-center gap-3 border-b border-line py-2 last:border-b-0 ${cheap}`}>
      {item.track_id ? <Cover track={{ id: item.track_id, cover_url: item.cover_url, waveform_url: item.waveform_url }} sizes="48px" className="w-12" /> : <div className="size-12 shrink-0 rounded-sm bg-sunk" />}
      <div className="min-w-0 flex-1">
        <p className="truncate" title={title}>
          {item.track_id ? (
            <Link to={`/track/${item.track_id}`} className="font-semibold hover:underline">
              <bdi>{title}</bdi>
            </Link>
          ) : (
            <span className="text-muted">{title}</span>
          )}
        </p>
        <p className="truncate text-xs text-muted">
          {item.creator && <bdi>{byline({ artist: item.artist, creator: item.creator })}</bdi>}
          {item.creator && ' · '}
          {askedBy(t, item)}
        </p>
      </div>
      {item.duration_ms !== null && <span className="num hidden shrink-0 text-xs text-muted sm:inline">{clock(item.duration_ms)}</span>}
      <button
        type="button"
        aria-pressed={item.is_voted}
        aria-label={t('listen.vote', { title, count: item.vote_count })}
        onClick={() => onVote(item.id, !item.is_voted)}
        className={clsx(
          'num inline-flex h-10 min-w-14 shrink-0 items-center justify-center gap-1 rounded-card border px-2 text-sm transition-colors duration-150',
          item.is_voted ? 'border-transparent bg-accent text-on-accent' : 'border-line-strong text-ink hover:border-ink',
        )}
      >
        <ChevronUp size={16} aria-hidden />
        {item.vote_count}
      </button>
      {onRemove && (
        <IconButton size="sm" label={t('listen.remove', { title })} onClick={() => onRemove(item.id)}>
          <X size={16} aria-hidden />
        </IconButton>
      )}
    </li>
  );
});
