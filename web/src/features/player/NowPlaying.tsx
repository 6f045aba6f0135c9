/* The player over the whole screen: the sound large, and what comes next. */

import { ChevronDown } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Cover } from '@/components/cover/Cover';
import { IconButton } from '@/components/ui/IconButton';
import { byline } from '@/lib/format/byline';
import { useFocusReturn } from '@/lib/dom/useFocusReturn';
import { useHistoryEntry } from '@/lib/history/useHistoryEntry';
import { withTexts } from '@/lib/i18n';
import type { QueueEntry } from '@/lib/player/queue';
import { usePlayer } from '@/lib/player/store';
import { LivePeaks } from './LivePeaks';
import { RepeatButton, ShuffleButton } from './OrderButtons';
import PlayingChapter from './PlayingChapter';
import PlayingLike from './PlayingLike';
import { Progress } from './Progress';
import { QueueHeader } from './QueueHeader';
import { QueueList } from './QueueList';
import { SoundMenu } from './SoundMenu';
import { Elapsed, Total } from './Times';
import { Transport } from './Transport';
import { VolumeControl } from './VolumeControl';

const PlayingLyrics = lazy(withTexts(() => import('./PlayingLyrics'), 'lyrics'));

function Names({ track, onLeave }: { track: QueueEntry; onLeave: () => void }) {
  if (track.unavailable) return <h1 dir="auto" className="text-xl text-muted">{track.title}</h1>;
  return (
    <div className="min-w-0">
      <h1 className="text-xl font-bold tracking-tight text-balance flat:max-xl:text-lg lg:text-2xl xl:text-[3.25rem] xl:leading-[1.02]">
        <Link to={`/track/${track.id}`} dir="auto" onClick={onLeave} title={track.title} className="line-clamp-3 flat:max-xl:line-clamp-2 break-words hover:underline">
          {track.title}
        </Link>
      </h1>
      <p className="mt-1 truncate text-base text-muted lg:text-lg xl:mt-3">
        <Link to={`/u/${encodeURIComponent(track.creator.username)}`} dir="auto" onClick={onLeave} className="hover:text-ink hover:underline">
          {byline(track)}
        </Link>{' '}
        <span className="text-sm">@{track.creator.username}</span>
      </p>
      <PlayingChapter id={track.id} className="mt-1 text-accent-text flat:max-xl:hidden" />
    </div>
  );
}

export function NowPlaying({ track }: { track: QueueEntry }) {
  const { t } = useTranslation();
  const close = () => usePlayer.getState().setPanel('none');
  const focus = useFocusReturn();
  useHistoryEntry(true, close);
  return (
    <Dialog.Root open onOpenChange={(open) => !open && close()}>
      <Dialog.Portal>
        <Dialog.Content
          aria-describedby={undefined}
          onOpenAutoFocus={focus.remember}
          onCloseAutoFocus={focus.giveBack}
          className="fixed inset-0 z-40 flex flex-col overflow-y-auto bg-paper text-ink outline-none animate-rise lg:overflow-hidden"
        >
          <div aria-hidden="true" className="pointer-events-none absolute inset-x-0 top-0 h-2/3 bg-linear-to-b from-accent-wash to-transparent" />
          <header className="relative flex h-14 shrink-0 items-center justify-between px-3 lg:h-16 lg:px-8 flat:max-xl:h-11">
            <IconButton label={t('player.close_now')} onClick={close}>
              <ChevronDown size={24} aria-hidden />
            </IconButton>
            <Dialog.Title className="eyebrow">{t('player.now')}</Dialog.Title>
            {track.unavailable ? <span className="size-10" /> : <PlayingLike id={track.id} />}
          </header>

          <div className="relative flex flex-col gap-6 px-6 flat:max-lg:flex-row flat:max-lg:gap-4 lg:min-h-0 lg:flex-1 lg:flex-row lg:gap-12 lg:px-12">
            <Cover
              track={track}
              sizes="(min-width: 1024px) 440px, 85vw"
              eager
              className="mx-auto w-full max-w-[min(20rem,42dvh)] self-center rounded-card flat:max-lg:mx-0 flat:max-lg:w-20 lg:mx-0 lg:w-[min(27.5rem,34vw,52dvh)] lg:max-w-none"
            />
            <div className="flex min-w-0 flex-1 flex-col justify-center gap-8">
              <Names track={track} onLeave={close} />
              <LivePeaks className="hidden h-32 w-full max-w-xl lg:block" />
              <Suspense fallback={null}>
                {!track.unavailable && <PlayingLyrics id={track.id} />}
              </Suspense>
            </div>
            <section aria-label={t('player.queue.label')} className="hidden min-h-0 w-88 flex-col xl:flex">
              <div className="flex h-12 shrink-0 items-center gap-3 ps-3">
                <QueueHeader />
              </div>
              <QueueList className="min-h-0 flex-1" />
            </section>
          </div>

          <div className="relative px-6 pt-5 lg:px-12 lg:pt-8 flat:max-xl:pt-2">
            <Progress track={track} look="bold" className="h-20 lg:h-28 flat:max-xl:h-14" />
            <div className="mt-2 flex justify-between flat:max-xl:mt-0">
              <Elapsed />
              <Total />
            </div>
          </div>

          <div className="relative grid grid-cols-[1fr_auto_1fr] items-center gap-2 px-4 pt-2 pb-6 lg:px-10 lg:pb-8 flat:max-xl:pt-0 flat:max-xl:pb-2">
            <div className="flex justify-start">
              <ShuffleButton />
              <span className="hidden lg:block">
                <RepeatButton />
              </span>
            </div>
            <Transport size="lg" />
            <div className="flex items-center justify-end">
              <span className="lg:hidden">
                <RepeatButton />
              </span>
              <div className="hidden lg:block">
                <VolumeControl />
              </div>
              <span className="max-lg:hidden">
                <SoundMenu />
              </span>
            </div>
          </div>

          <section aria-label={t('player.queue.label')} className="relative border-t border-line px-3 pt-3 pb-8 xl:hidden">
            <div className="flex h-12 items-center gap-3 ps-3">
              <QueueHeader />
              <span className="lg:hidden">
                <SoundMenu />
              </span>
            </div>
            <QueueList className="max-h-96" />
          </section>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
