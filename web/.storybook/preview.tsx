import type { Decorator, Preview } from '@storybook/react-vite';
import { QueryClientProvider } from '@tanstack/react-query';
import { useEffect, type ReactNode } from 'react';
import { createMemoryRouter, RouterProvider } from 'react-router';
import '../src/styles/base.css';
import { createQueryClient } from '../src/lib/api/queryClient';
import { loadAllTexts, startI18n } from '../src/lib/i18n';

const client = createQueryClient();

function InApp({ story, theme }: { story: ReactNode; theme: string }) {
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  const element = (
    <main id="main" className="bg-paper p-6 text-ink">
      {story}
    </main>
  );
  return (
    <QueryClientProvider client={client}>
      <RouterProvider router={createMemoryRouter([{ path: '*', element }])} />
    </QueryClientProvider>
  );
}

const inApp: Decorator = (Story, { globals }) => <InApp story={<Story />} theme={String(globals['theme'] ?? 'dark')} />;

const preview: Preview = {
  decorators: [inApp],
  loaders: [async () => startI18n().then(loadAllTexts)],
  globalTypes: {
    theme: { toolbar: { title: 'Theme', items: ['dark', 'light'], dynamicTitle: true } },
  },
  initialGlobals: { theme: 'dark' },
  parameters: { layout: 'fullscreen', a11y: { test: 'error' } },
};

export default preview;
