import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router';
import '@/styles/base.css';
import { queryClient } from '@/lib/api/queryClient';
import { keepSessionFresh } from '@/lib/api/refresh';
import { startI18n } from '@/lib/i18n';
import { followSystemTheme } from '@/lib/theme/store';
import { createRouter } from './router';

async function start() {
  followSystemTheme();
  keepSessionFresh();
  await startI18n();
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no #root');
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={createRouter()} />
      </QueryClientProvider>
    </StrictMode>,
  );
}

start().catch((error: unknown) => {
  /* without a language there are no words but these */
  document.body.append('Veza could not start. Please load the page again. · Veza n’a pas pu démarrer. · Veza no ha podido arrancar.');
  console.error(error);
});

if ('serviceWorker' in navigator && import.meta.env.PROD) {
  addEventListener('load', () => void navigator.serviceWorker.register('/sw.js'));
}
