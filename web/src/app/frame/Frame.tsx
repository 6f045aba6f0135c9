/* The frame around every page: navigation, search, player. It mounts once; only what is inside <main> changes. */

import { Suspense, lazy, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Outlet, ScrollRestoration, useNavigation } from 'react-router';
import { Toasts } from '@/components/ui/Toasts';
import { withTexts } from '@/lib/i18n';
import { useKeys } from '@/lib/keys/store';
import { usePalette } from '@/lib/palette/store';
import { useQueueConflict } from '@/lib/player/sync/conflict';
import { useAdding } from '@/lib/playlists/adding';
import { useSignInAgain } from '@/lib/session/again';
import { useStepUp } from '@/lib/session/stepUp';
import { Announcements } from './Announcements';
import { BottomTabs } from './BottomTabs';
import { DeletionNotice } from './DeletionNotice';
import { OfflineNotice } from './OfflineNotice';
import { Sidebar } from './Sidebar';
import { TopBar } from './TopBar';
import { UnsavedGuard } from './UnsavedGuard';
import { useNotificationClicks } from './useNotificationClicks';
import { useReveal } from './useReveal';
import { useFocusOnNavigation } from './useFocusOnNavigation';
import { useShortcuts } from './useShortcuts';

const PlayerBar = lazy(() => import('@/features/player/PlayerBar').then((m) => ({ default: m.PlayerBar })));

const CommandPalette = lazy(withTexts(() => import('@/features/search/CommandPalette').then((m) => ({ default: m.CommandPalette })), 'search'));

/** The palette's code comes when it is first opened. */
function Palette() {
  const open = usePalette((s) => s.open);
  const [wanted, setWanted] = useState(false);
  useEffect(() => {
    if (open) setWanted(true);
  }, [open]);
  return wanted ? (
    <Suspense fallback={null}>
      <CommandPalette />
    </Suspense>
  ) : null;
}

const ShortcutsSheet = lazy(withTexts(() => import('@/features/shortcuts/ShortcutsSheet').then((m) => ({ default: m.ShortcutsSheet })), 'keys'));

/** Lists all keyboard shortcuts. */
function Shortcuts() {
  const open = useKeys((s) => s.sheet);
  return open ? (
    <Suspense fallback={null}>
      <ShortcutsSheet />
    </Suspense>
  ) : null;
}

const StepUpDialog = lazy(withTexts(() => import('@/features/stepup/StepUpDialog').then((m) => ({ default: m.StepUpDialog })), 'stepup'));

/** Opens when the server wants a second factor proven once more. */
function StepUp() {
  const asked = useStepUp((s) => s.asked);
  return asked ? (
    <Suspense fallback={null}>
      <StepUpDialog asked={asked} />
    </Suspense>
  ) : null;
}

const AddToPlaylistDialog = lazy(withTexts(() => import('@/features/playlists/AddToPlaylistDialog').then((m) => ({ default: m.AddToPlaylistDialog })), 'playlists'));

/** Opens when somebody wants tracks in a playlist. */
function AddToPlaylist() {
  const tracks = useAdding((s) => s.tracks);
  const [first] = tracks;
  return first ? (
    <Suspense fallback={null}>
      <AddToPlaylistDialog key={first.id} tracks={tracks} />
    </Suspense>
  ) : null;
}

const SignInAgainDialog = lazy(withTexts(() => import('@/features/auth/SignInAgainDialog').then((m) => ({ default: m.SignInAgainDialog })), 'auth'));

/** Opens when the session has ended under somebody. */
function SignInAgain() {
  const asked = useSignInAgain((s) => s.asked);
  return asked ? (
    <Suspense fallback={null}>
      <SignInAgainDialog />
    </Suspense>
  ) : null;
}

const QueueConflictDialog = lazy(withTexts(() => import('@/features/player/QueueConflictDialog').then((m) => ({ default: m.QueueConflictDialog })), 'queue'));

/** Opens when the queue was changed on two devices. */
function QueueConflict() {
  const asked = useQueueConflict((s) => s.asked);
  return asked ? (
    <Suspense fallback={null}>
      <QueueConflictDialog asked={asked} />
    </Suspense>
  ) : null;
}

function NavigationProgress() {
  const busy = useNavigation().state !== 'idle';
  if (!busy) return null;
  return <div aria-hidden="true" className="fixed inset-x-0 top-0 z-50 h-0.5 animate-pulse bg-accent" />;
}

export function Frame() {
  const { t } = useTranslation();
  const main = useFocusOnNavigation();
  useShortcuts();
  useNotificationClicks();
  useReveal();
  return (
    <>
      <a href="#main" className="skip-link">
        {t('frame.skip')}
      </a>
      <NavigationProgress />
      <Sidebar />
      <div className="flex min-h-dvh flex-col pb-[calc(var(--player-h)+var(--tabs-h))] lg:ps-(--sidebar-w)">
        <TopBar />
        <OfflineNotice />
        <DeletionNotice />
        <Announcements />
        <main id="main" ref={main} tabIndex={-1} className="flex-1 outline-none">
          <Outlet />
        </main>
      </div>
      <Suspense fallback={null}>
        <PlayerBar />
      </Suspense>
      <BottomTabs />
      <Palette />
      <Shortcuts />
      <AddToPlaylist />
      <StepUp />
      <SignInAgain />
      <QueueConflict />
      <UnsavedGuard />
      <Toasts />
      <ScrollRestoration />
    </>
  );
}
