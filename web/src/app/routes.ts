/* Which page a path shows. Every page is its own chunk; `prefetchRoute` fetches one before it is needed. */

import type { ComponentType } from 'react';

type Page = () => Promise<{ Component: ComponentType }>;

export const pages = {
  landing: () => import('@/features/landing/LandingPage'),
  discover: () => import('@/features/discover/DiscoverPage'),
  login: () => import('@/features/auth/LoginPage'),
  register: () => import('@/features/auth/RegisterPage'),
  forgotPassword: () => import('@/features/auth/ForgotPasswordPage'),
  resetPassword: () => import('@/features/auth/ResetPasswordPage'),
  verifyEmail: () => import('@/features/auth/VerifyEmailPage'),
  dashboard: () => import('@/features/dashboard/DashboardPage'),
  upload: () => import('@/features/upload/UploadPage'),
  library: () => import('@/features/library/LibraryPage'),
  track: () => import('@/features/track/TrackPage'),
  profile: () => import('@/features/profile/ProfilePage'),
} satisfies Record<string, Page>;

const byPath: Record<string, Page> = {
  '/': pages.landing,
  '/discover': pages.discover,
  '/dashboard': pages.dashboard,
  '/upload': pages.upload,
  '/library': pages.library,
};

/** Fetches a page's code; what it shows comes from the network when it opens. */
export function prefetchRoute(path: string): void {
  void byPath[path]?.().catch(() => undefined);
}
