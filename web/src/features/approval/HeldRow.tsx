import { Check, EyeOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Avatar } from '@/components/ui/Avatar';
import { Button } from '@/components/ui/Button';
import type { HeldComment } from '@/lib/api/schema';
import { clock } from '@/lib/format/format';
import { useFormat } from '@/lib/format/useFormat';

interface HeldRowProps {
  comment: HeldComment;
  onDecide: (status: 'shown' | 'hidden') => void;
}

/** A comment that waits, the track that it is about, and the decision. */
export function HeldRow({ comment, onDecide }: HeldRowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { author, content, created_at, timestamp, track_id, track_title } = comment;
  const name = author?.display_name ?? t('comments.gone');
  return (
    <article className="flex gap-3 border-b border-line py-4">
      {author ? <Avatar user={author} size={40} /> : <span className="size-10 shrink-0 rounded-full bg-sunk" />}
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2">
          {author ? (
            <Link to={`/u/${encodeURIComponent(author.username)}`} className="max-w-full truncate font-semibold hover:underline">
              <bdi>{name}</bdi> <span className="text-xs font-normal text-muted">@{author.username}</span>
            </Link>
          ) : (
            <span className="text-muted">{name}</span>
          )}
          <time dateTime={created_at} title={format.moment(created_at)} className="text-xs text-muted">
            {format.ago(created_at)}
          </time>
        </p>
        <p className="truncate text-xs text-muted">
          <Link to={`/track/${track_id}`} className="hover:text-ink hover:underline">
            <bdi>{track_title}</bdi>
          </Link>
          {timestamp !== null && <span className="num"> · {clock(timestamp * 1000)}</span>}
        </p>
        <p dir="auto" className="mt-1.5 max-w-prose text-base break-words whitespace-pre-line">
          {content}
        </p>
        <div className="mt-3 flex flex-wrap gap-2">
          <Button size="sm" tone="accent" aria-label={t('approval.approve', { name })} onClick={() => onDecide('shown')}>
            <Check size={16} aria-hidden />
            {t('comments.approve')}
          </Button>
          <Button size="sm" aria-label={t('approval.hide', { name })} onClick={() => onDecide('hidden')}>
            <EyeOff size={16} aria-hidden />
            {t('comments.hide')}
          </Button>
        </div>
      </div>
    </article>
  );
}
