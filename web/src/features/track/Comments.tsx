import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { ConfirmDialog } from '@/components/ui/ConfirmDialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { inputClass } from '@/components/ui/Field';
import { LongList } from '@/components/ui/LongList';
import { More } from '@/components/ui/More';
import { useMe } from '@/lib/api/auth/me';
import { COMMENT_ORDERS, useComments, type CommentOrder } from '@/lib/api/comments/list';
import { useRemoveComment } from '@/lib/api/comments/remove';
import { problemText } from '@/lib/api/problemText';
import type { Track, TrackComment } from '@/lib/api/schema';
import { loginPath } from '@/lib/session/next';
import { toast } from '@/lib/toast/store';
import { CommentComposer } from './CommentComposer';
import { CommentRow } from './CommentRow';
import type { Moment } from './moment';
import { RowStates } from './rowState';

interface RowsProps {
  list: ReturnType<typeof useComments>;
  empty: string;
  track: Track;
  open: boolean;
  onSeek: (seconds: number) => void;
  onPoint: (id: string | null) => void;
  onRemove: (comment: TrackComment) => void;
}

function Rows({ list, empty, ...on }: RowsProps) {
  const [states] = useState(() => new Map<string, unknown>());
  if (list.isPending) return <PeaksSkeleton className="mt-6 h-10" />;
  if (list.isLoadingError) return <ErrorState error={list.error} onRetry={() => void list.refetch()} />;
  const items = list.data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <p className="mt-6 text-base text-muted">{empty}</p>;
  return (
    <>
      <RowStates value={states}>
        <LongList items={items} keyOf={({ id }) => id} rowHeight={110} total={list.data.pages[0]?.total} className="mt-4" itemClass="border-b border-line last:border-0">
          {(comment) => <CommentRow comment={comment} {...on} />}
        </LongList>
      </RowStates>
      <More list={list} className="mt-4" />
    </>
  );
}

/** Nobody but its owner comments on a track whose comments are closed; the server has the last word. */
function commentsOpen({ comments_open, comments_days, created_at, publish_at }: Track, now: Date): boolean {
  const since = Math.max(Date.parse(created_at), publish_at ? Date.parse(publish_at) : 0);
  return comments_open && (comments_days === null || since + comments_days * 86_400_000 > now.getTime());
}

interface CommentsProps {
  track: Track;
  moment: Moment | null;
  setMoment: (moment: Moment | null) => void;
  onSeek: (seconds: number) => void;
  onPoint: (id: string | null) => void;
}

export default function Comments({ track, moment, setMoment, onSeek, onPoint }: CommentsProps) {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const [order, setOrder] = useState<CommentOrder>('newest');
  const list = useComments(track.id, order);
  const remove = useRemoveComment();
  const [doomed, setDoomed] = useState<TrackComment | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const open = track.is_mine || commentsOpen(track, new Date());
  const total = list.data?.pages[0]?.total ?? 0;

  const removeDoomed = () => {
    setDoomed(null);
    if (!doomed) return;
    onPoint(null);
    /* by promise: callbacks of mutate() are those of the last one only */
    void remove.mutateAsync(doomed).then(
      () => {
        /* the button that asked has gone with its comment */
        if (document.activeElement === document.body) heading.current?.focus();
        toast(t('comments.removed'));
      },
      (error: unknown) => toast(problemText(error, t), 'danger'),
    );
  };

  return (
    <section aria-labelledby="comments" className="mt-10 first:mt-0">
      <div className="flex min-h-9 items-center justify-between gap-3">
        <h2 id="comments" ref={heading} tabIndex={-1} className="shrink-0 text-xl">
          {t('comments.title')} {total > 0 && <span className="num text-base font-normal text-muted">{total}</span>}
        </h2>
        {total > 1 && (
          <select aria-label={t('comments.order')} value={order} onChange={(event) => setOrder(event.target.value as CommentOrder)} className={`${inputClass} h-9 w-auto! min-w-0`}>
            {COMMENT_ORDERS.map((name) => (
              <option key={name} value={name}>
                {t(`comments.order_by.${name}`)}
              </option>
            ))}
          </select>
        )}
      </div>
      {me && open && <CommentComposer track={track} me={me} moment={moment} setMoment={setMoment} onSent={() => setOrder('newest')} />}
      {!open && <p className="mt-5 text-base text-muted">{t('comments.closed')}</p>}
      {me === null && open && (
        <div className="mt-5 flex flex-wrap items-center gap-x-4 gap-y-3">
          <p className="text-base text-muted">{t('comments.sign_in_text', { name: track.creator.display_name })}</p>
          <Button asChild>
            <Link to={loginPath(`/track/${track.id}`)}>{t('comments.sign_in')}</Link>
          </Button>
        </div>
      )}
      <Rows list={list} empty={t(me && open ? 'comments.empty' : 'comments.empty_guest')} track={track} open={open} onSeek={onSeek} onPoint={onPoint} onRemove={setDoomed} />
      {doomed && (
        <ConfirmDialog
          title={t('comments.remove_title')}
          text={t(doomed.is_mine ? 'comments.remove_own' : 'comments.remove_theirs', { name: doomed.author?.display_name ?? t('comments.gone') })}
          confirm={t('comments.remove_sure')}
          onClose={() => setDoomed(null)}
          onConfirm={removeDoomed}
        />
      )}
    </section>
  );
}
