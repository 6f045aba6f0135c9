import { clsx } from 'clsx';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ErrorState } from '@/components/ui/ErrorState';
import { LongList } from '@/components/ui/LongList';
import { More } from '@/components/ui/More';
import { useMe } from '@/lib/api/auth/me';
import { useEditComment } from '@/lib/api/comments/change';
import { useReplies, useReply } from '@/lib/api/comments/replies';
import { isUnsent } from '@/lib/api/comments/write';
import type { Track, TrackComment } from '@/lib/api/schema';
import { clock } from '@/lib/format/format';
import { useFormat } from '@/lib/format/useFormat';
import { CommentAvatar } from './CommentAvatar';
import { CommentForm } from './CommentForm';
import { CommentTools } from './CommentTools';
import { useRowState } from './rowState';
import { TimedText } from './TimedText';

interface CommentRowProps {
  comment: TrackComment;
  track: Pick<Track, 'is_mine' | 'duration_ms'>;
  /** Comments can be answered: the reader is signed in, and the track's are open for them. */
  open: boolean;
  onSeek: (seconds: number) => void;
  /** The comment that is pointed at or focused, which the waveform shows; null: no longer. */
  onPoint: (id: string | null) => void;
  onRemove: (comment: TrackComment) => void;
}

/** Is there a field for words, and what was typed into it; null: nothing yet. */
interface Writing {
  open: boolean;
  draft: string | null;
}
const NOT_WRITING: Writing = { open: false, draft: null };

function Replies({ to, ...row }: { to: TrackComment } & Omit<CommentRowProps, 'comment'>) {
  const list = useReplies(to);
  if (list.isLoadingError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <>
      <LongList items={list.data?.pages.flatMap((page) => page.items) ?? []} keyOf={({ id }) => id} rowHeight={90} total={to.reply_count}>
        {(reply) => <CommentRow comment={reply} {...row} />}
      </LongList>
      <More list={list} className="mt-2" />
    </>
  );
}

/** Below a comment: its replies, once they are wanted, and the way to answer. A reply to a reply stands with the others. */
function Thread({ comment, name, ...row }: { name: string } & CommentRowProps) {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const { mutateAsync: reply } = useReply();
  const [isShown, setShown] = useRowState(comment.id, 'replies', false);
  const [answer, setAnswer, keepAnswer] = useRowState<Writing>(comment.id, 'answer', NOT_WRITING);
  const count = comment.reply_count;
  const isTop = comment.parent_id === null;
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4">
        {me && row.open && !comment.is_deleted && !answer.open && (
          <button type="button" aria-label={t('comments.reply_to', { name })} onClick={() => setAnswer({ open: true, draft: null })} className="h-8 text-xs font-semibold text-muted hover:text-ink">
            {t('comments.reply')}
          </button>
        )}
        {isTop && count > 0 && (
          <button type="button" aria-expanded={isShown} onClick={() => setShown(!isShown)} className="num h-8 text-xs font-semibold text-accent-text hover:underline">
            {t('comments.replies', { count })}
          </button>
        )}
      </div>
      {answer.open && (
        <CommentForm
          label={t('comments.reply_to', { name })}
          draft={answer.draft}
          onType={(draft) => keepAnswer({ open: true, draft })}
          action={t('comments.reply')}
          send={async (content) => {
            await reply({ to: comment, content });
            setShown(true);
          }}
          onClose={() => setAnswer(NOT_WRITING)}
        />
      )}
      {isTop && isShown && count > 0 && <Replies to={comment} {...row} />}
    </>
  );
}

export function CommentRow(props: CommentRowProps) {
  const { comment, track, onSeek, onPoint, onRemove } = props;
  const { t } = useTranslation();
  const format = useFormat();
  const { mutateAsync: edit } = useEditComment();
  const [change, setChange, keepChange] = useRowState<Writing>(comment.id, 'change', NOT_WRITING);
  const { id, author, content, timestamp, created_at, edited_at, status, is_deleted } = comment;
  const unsent = isUnsent(comment);
  const name = author?.display_name ?? t('comments.gone');
  const point = () => onPoint(id);
  const leave = () => onPoint(null);
  return (
    <div className={clsx('flex gap-3 py-4 transition-opacity duration-150', unsent && 'opacity-60')}>
      <CommentAvatar author={author} size={comment.parent_id ? 28 : 40} />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-2">
          {author ? (
            <Link to={`/u/${encodeURIComponent(author.username)}`} className="max-w-full truncate font-semibold hover:underline">
              <bdi>{author.display_name}</bdi> <span className="text-xs font-normal text-muted">@{author.username}</span>
            </Link>
          ) : (
            <span className="text-muted">{t(is_deleted ? 'comments.deleted' : 'comments.gone')}</span>
          )}
          {timestamp !== null && (
            <button
              type="button"
              aria-label={t('track.go_to', { time: clock(timestamp * 1000) })}
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
          {comment.is_of_other_recording && !is_deleted && (
            <span className="num text-xs text-muted">{t('comments.of_version', { number: comment.track_version })}</span>
          )}
          {edited_at && !is_deleted && (
            <span title={format.moment(edited_at)} className="text-xs text-muted">
              {t('comments.edited')}
            </span>
          )}
          {status !== 'shown' && <span className="rounded-full bg-sunk px-2 text-xs leading-5">{t(`comments.status.${status}`)}</span>}
        </div>
        {change.open ? (
          <CommentForm
            label={t('comments.edit')}
            content={content}
            draft={change.draft}
            onType={(draft) => keepChange({ open: true, draft })}
            action={t('common.save')}
            send={(now) => edit({ comment, content: now })}
            onClose={() => setChange(NOT_WRITING)}
          />
        ) : (
          !is_deleted && (
            <p dir="auto" className="mt-0.5 max-w-prose text-base break-words whitespace-pre-line">
              <TimedText text={content} track={track} onSeek={onSeek} />
            </p>
          )
        )}
        {!unsent && <Thread {...props} name={name} />}
      </div>
      {(comment.may_delete || comment.may_edit || comment.may_moderate) && (
        <CommentTools comment={comment} track={track} name={name} onEdit={() => setChange({ open: true, draft: null })} onRemove={() => onRemove(comment)} />
      )}
    </div>
  );
}
