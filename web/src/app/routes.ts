/* Which page a path shows. Every page is its own chunk; `prefetchRoute` fetches one before it is needed. */

import type { ComponentType } from 'react';

type Page = () => Promise<{ Component: ComponentType }>;

export const pages = {
  landing: () => import('@/features/landing/LandingPage'),
} satisfies Record<string, Page>;

const byPath: Record<string, Page> = {
  '/': pages.landing,
};

export function prefetchRoute(path: string): void {
  void byPath[path]?.().catch(() => undefined);
}
