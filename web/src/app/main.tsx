import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router';
import { queryClient } from '@/lib/api/queryClient';
import { keepSessionFresh } from '@/lib/api/refresh';
import { trackQuery } from '@/lib/api/tracks/get';
import '@/lib/history/overlays'; /* it must hear of changes of the history before the router does */
import { startI18n } from '@/lib/i18n';
import { hasSessionHint } from '@/lib/session/hint';
import { takeNotice } from '@/lib/session/leave';
import { followOtherTabs } from '@/lib/session/session';
import { followSystemTheme } from '@/lib/theme/store';
import { toast } from '@/lib/toast/store';
import { createRouter } from './router';

export async function mount(): Promise<void> {
  followSystemTheme();
  keepSessionFresh();
  const track = window.veza?.track;
  /* A member may see more of it, so it is asked for again. */
  if (track) queryClient.setQueryData(trackQuery(track.id).queryKey, track, hasSessionHint() ? { updatedAt: 0 } : {});
  followOtherTabs(queryClient);
  const texts = startI18n();
  const router = createRouter(); /* it loads the page and its texts meanwhile */
  await texts;
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  const notice = takeNotice();
  if (notice) toast(notice);
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </StrictMode>,
  );
  void import('@/styles/fonts.css');
}

if ('serviceWorker' in navigator && import.meta.env.PROD) {
  const register = () => void navigator.serviceWorker.register('/sw.js');
  if (document.readyState === 'complete') register();
  else addEventListener('load', register);
}
