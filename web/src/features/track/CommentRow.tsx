import { clsx } from 'clsx';
import { Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { IconButton } from '@/components/ui/IconButton';
import { isUnsent } from '@/lib/api/comments/write';
import type { TrackComment } from '@/lib/api/schema';
import { clock } from '@/lib/format/format';
import { useFormat } from '@/lib/format/useFormat';
import { CommentAvatar } from './CommentAvatar';

interface CommentRowProps {
  comment: TrackComment;
  onSeek: (seconds: number) => void;
  /** The comment that is pointed at or focused, which the waveform shows; null: no longer. */
  onPoint: (id: string | null) => void;
  onRemove: (comment: TrackComment) => void;
}

export function CommentRow({ comment, onSeek, onPoint, onRemove }: CommentRowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { id, author, content, timestamp, created_at } = comment;
  const unsent = isUnsent(comment);
  const point = () => onPoint(id);
  const leave = () => onPoint(null);
  return (
    <li className={clsx('flex gap-3 py-4 transition-opacity duration-150', unsent && 'opacity-60')}>
      <CommentAvatar author={author} size={40} />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-2">
          {author ? (
            <Link to={`/u/${encodeURIComponent(author.username)}`} className="max-w-full truncate font-semibold hover:underline">
              <bdi>{author.display_name}</bdi> <span className="text-xs font-normal text-muted">@{author.username}</span>
            </Link>
          ) : (
            <span className="text-muted">{t('comments.gone')}</span>
          )}
          {timestamp !== null && (
            <button
              type="button"
              aria-label={t('comments.go_to', { time: clock(timestamp * 1000) })}
              onClick={() => onSeek(timestamp)}
              onPointerEnter={point}
              onPointerLeave={leave}
              onFocus={point}
              onBlur={leave}
              className="num h-6 text-xs text-accent-text hover:underline"
            >
              {clock(timestamp * 1000)}
            </button>
          )}
          {unsent ? (
            <span className="text-xs text-muted">{t('comments.sending')}</span>
          ) : (
            <time dateTime={created_at} title={format.moment(created_at)} className="text-xs text-muted">
              {format.ago(created_at)}
            </time>
          )}
        </div>
        <p dir="auto" className="mt-0.5 max-w-prose text-base break-words whitespace-pre-line">
          {content}
        </p>
      </div>
      {comment.may_delete && (
        <IconButton label={t('comments.remove_of', { name: author?.display_name ?? t('comments.gone') })} size="sm" onClick={() => onRemove(comment)}>
          <Trash2 size={18} aria-hidden />
        </IconButton>
      )}
    </li>
  );
}
