/* Comments on the waveform: who said something where. A mark shows what was said under the pointer, while its line in the list below is pointed at
 * or focused, and when the play head comes by. Screen readers have the list; the waveform stays one slider for the pointer. */

import { clsx } from 'clsx';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useNewestComments } from '@/lib/api/comments/list';
import type { Track } from '@/lib/api/schema';
import { clock } from '@/lib/player/clock';
import { usePlayer } from '@/lib/player/store';
import { CommentAvatar } from './CommentAvatar';
import { commentAt, inTrackOrder, MARK_DISTANCE, marksOf, type Mark, type TimedComment } from './marks';

/** Of one mark, in pixels. */
const HEIGHT = 20;
const MOST_SHOWN = 3;

interface Place {
  width: number;
  /** The pointer near the lower edge, where the marks are; null elsewhere. */
  x: number | null;
}

/** The size of the waveform and where the pointer is over it. The marks themselves get no events: all of them are the slider's. */
function usePlace() {
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<Place>({ width: 0, x: null });
  useEffect(() => {
    const wave = box.current?.parentElement;
    if (!wave) return undefined;
    const measure = () => setPlace((old) => ({ ...old, width: wave.getBoundingClientRect().width }));
    const move = (event: PointerEvent) => {
      const { left, bottom } = wave.getBoundingClientRect();
      const x = bottom - event.clientY <= HEIGHT + 4 ? event.clientX - left : null;
      setPlace((old) => (old.x === x ? old : { ...old, x }));
    };
    const leave = () => setPlace((old) => ({ ...old, x: null }));
    const sizes = new ResizeObserver(measure);
    sizes.observe(wave);
    measure();
    wave.addEventListener('pointermove', move);
    wave.addEventListener('pointerleave', leave);
    return () => {
      sizes.disconnect();
      wave.removeEventListener('pointermove', move);
      wave.removeEventListener('pointerleave', leave);
    };
  }, []);
  return { box, ...place };
}

/** Marks stay within the waveform: the first begins at its left edge, the last ends at its right one. */
function placed({ share }: { share: number }) {
  return { left: `${share * 100}%`, transform: `translateX(${-share * 100}%)` };
}

const isUnder = ({ share, comments }: Mark, x: number, width: number) => {
  const size = comments.length > 1 ? MARK_DISTANCE - 2 : HEIGHT;
  const left = share * (width - size);
  return x >= left - 2 && x <= left + size + 2;
};

function Said({ mark, comments }: { mark: Mark; comments: readonly TimedComment[] }) {
  const { t } = useTranslation();
  const more = comments.length - MOST_SHOWN;
  return (
    <div style={placed(mark)} className="absolute top-full z-20 mt-2 w-max max-w-full rounded-card bg-raised px-3 py-1.5 text-xs text-ink shadow-float animate-fade sm:max-w-80">
      {comments.slice(0, MOST_SHOWN).map(({ id, author, content }) => (
        <p key={id} className="line-clamp-2 break-words [&+p]:mt-1.5">
          <bdi className="font-semibold">{author?.display_name ?? t('comments.gone')}</bdi> <bdi>{content}</bdi>
        </p>
      ))}
      {more > 0 && <p className="mt-1.5 text-muted">{t('comments.more', { count: more })}</p>}
    </div>
  );
}

interface CommentMarkersProps {
  track: Track;
  /** The comment that is pointed at in the list. */
  pointed: string | null;
}

export default function CommentMarkers({ track, pointed }: CommentMarkersProps) {
  const comments = useNewestComments(track.id);
  const { box, width, x } = usePlace();
  const isPlaying = usePlayer((s) => s.isPlaying && s.current?.id === track.id);
  const ordered = useMemo(() => inTrackOrder(comments ?? []), [comments]);
  const seconds = (track.duration_ms ?? 0) / 1000;
  const marks = useMemo(() => marksOf(ordered, seconds, width), [ordered, seconds, width]);
  const now = useSyncExternalStore(clock.subscribe, () => (isPlaying ? commentAt(ordered, clock.position)?.id : undefined));

  const under = x === null ? undefined : marks.find((mark) => isUnder(mark, x, width));
  const wanted = pointed ?? now;
  const shown = under ?? marks.find((mark) => mark.comments.some(({ id }) => id === wanted));
  return (
    <div ref={box} aria-hidden="true" dir="ltr" className="pointer-events-none absolute inset-0">
      {marks.map((mark) => {
        const [first, ...others] = mark.comments;
        return (
          <span
            key={first.id}
            data-mark
            style={placed(mark)}
            className={clsx('absolute bottom-0 flex h-5 items-center rounded-full bg-raised ring-2 transition-shadow duration-150', mark === shown ? 'ring-accent' : 'ring-paper')}
          >
            <CommentAvatar author={first.author} size={HEIGHT} />
            {others.length > 0 && <span className="num ps-1 pe-1.5 text-xs">{mark.comments.length}</span>}
          </span>
        );
      })}
      {shown && <Said mark={shown} comments={under ? under.comments : shown.comments.filter(({ id }) => id === wanted)} />}
    </div>
  );
}
