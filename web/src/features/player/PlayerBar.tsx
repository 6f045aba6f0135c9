/* The player at the bottom of every page. It is mounted once, by the frame, and stays while pages come and go. */

import { ListMusic } from 'lucide-react';
import { lazy, Suspense, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation } from 'react-router';
import { IconButton } from '@/components/ui/IconButton';
import { useMe } from '@/lib/api/auth/me';
import { usePlayingTitle } from '@/lib/dom/useTitle';
import { byline } from '@/lib/format/byline';
import { usePlayer, warmUp } from '@/lib/player/store';
import { NowButton } from './NowButton';
import { RepeatButton, ShuffleButton } from './OrderButtons';
import { Progress } from './Progress';
import { SoundMenu } from './SoundMenu';
import { Elapsed, Total } from './Times';
import { Transport } from './Transport';
import { VolumeControl } from './VolumeControl';
import { usePlayerShortcuts } from './usePlayerShortcuts';
import { useTint } from './useTint';

const PlayingLike = lazy(() => import('./PlayingLike'));
const NowPlaying = lazy(async () => ({ default: (await import('./NowPlaying')).NowPlaying }));
const QueuePanel = lazy(async () => ({ default: (await import('./QueuePanel')).QueuePanel }));

export function PlayerBar() {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const current = usePlayer((s) => s.current);
  const isPlaying = usePlayer((s) => s.isPlaying);
  const panel = usePlayer((s) => s.panel);
  const setPanel = usePlayer((s) => s.setPanel);
  const { pathname } = useLocation();
  useEffect(() => {
    /* another page opens under it: one wants to see that page */
    if (usePlayer.getState().panel === 'now') setPanel('none');
  }, [pathname, setPanel]);
  usePlayerShortcuts();
  useTint(current);
  usePlayingTitle(current && isPlaying ? `${current.title} · ${byline(current)}` : null);
  useEffect(() => {
    if (current) void warmUp();
  }, [current]);
  if (!current) return null;
  return (
    <>
      <section
        aria-label={t('player.bar')}
        data-player-bar
        data-track={current.id}
        className="fixed inset-x-0 bottom-(--tabs-h) z-30 h-(--player-h) border-t border-line bg-raised animate-rise"
      >
        <div className="flex h-full flex-wrap items-center gap-x-2 px-3 lg:gap-x-4 lg:px-4 xl:flex-nowrap flat:flex-nowrap">
          <div className="flex h-8 w-full min-w-0 items-center gap-3 max-xl:order-first xl:order-2 xl:w-auto xl:flex-1 flat:order-2 flat:w-auto flat:flex-1">
            <Elapsed className="w-11 text-end" />
            <Progress track={current} className="h-8 flex-1 xl:h-11" />
            <Total className="w-11" />
          </div>
          <NowButton track={current} />
          {me && !current.unavailable && (
            <Suspense fallback={null}>
              <span className="order-2 flex max-sm:hidden xl:order-none">
                <PlayingLike id={current.id} />
              </span>
            </Suspense>
          )}
          <Transport />
          <div className="order-3 hidden items-center lg:flex">
            <ShuffleButton />
            <RepeatButton />
            <SoundMenu />
            <VolumeControl />
          </div>
          <IconButton
            label={t(panel === 'queue' ? 'player.queue.close' : 'player.queue.open')}
            aria-expanded={panel === 'queue'}
            onClick={() => setPanel(panel === 'queue' ? 'none' : 'queue')}
            className={panel === 'queue' ? 'order-3 text-accent-text max-lg:hidden' : 'order-3 max-lg:hidden'}
          >
            <ListMusic size={20} aria-hidden />
          </IconButton>
        </div>
      </section>
      <Suspense fallback={null}>
        {panel === 'queue' && <QueuePanel />}
        {panel === 'now' && <NowPlaying track={current} />}
      </Suspense>
    </>
  );
}
