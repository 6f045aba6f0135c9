/* Which page a path shows. Every page is its own chunk; `prefetchRoute` fetches one before it is needed. */

import type { ComponentType } from 'react';
import { loadWords, type Extra } from '@/lib/i18n';

type Page = () => Promise<{ Component: ComponentType }>;

/** A page with words that not everybody needs. The pages inside of the settings come with those of their frame. */
const wordy = (words: Extra, page: Page): Page => async () => (await Promise.all([page(), loadWords(words)]))[0];

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
  playlists: wordy('social', () => import('@/features/playlists/PlaylistsPage')),
  playlist: wordy('social', () => import('@/features/playlists/PlaylistPage')),
  track: () => import('@/features/track/TrackPage'),
  notifications: wordy('social', () => import('@/features/notifications/NotificationsPage')),
  settings: wordy('more', () => import('@/features/settings/SettingsLayout')),
  settingsProfile: () => import('@/features/settings/ProfileSettingsPage'),
  settingsSecurity: () => import('@/features/settings/security/SecurityPage'),
  settingsSessions: () => import('@/features/settings/SessionsPage'),
  settingsPrivacy: () => import('@/features/settings/PrivacyPage'),
  settingsNotifications: () => import('@/features/settings/NotificationSettingsPage'),
  settingsAppearance: () => import('@/features/settings/AppearancePage'),
  settingsLanguage: () => import('@/features/settings/LanguagePage'),
  settingsData: () => import('@/features/settings/data/DataPage'),
  developer: wordy('more', () => import('@/features/developer/DeveloperPage')),
  profile: () => import('@/features/profile/ProfilePage'),
} satisfies Record<string, Page>;

const byPath: Record<string, Page> = {
  '/': pages.landing,
  '/discover': pages.discover,
  '/dashboard': pages.dashboard,
  '/upload': pages.upload,
  '/library': pages.library,
  '/playlists': pages.playlists,
  '/notifications': pages.notifications,
};

/** Fetches a page's code; what it shows comes from the network when it opens. */
export function prefetchRoute(path: string): void {
  void byPath[path]?.().catch(() => undefined);
}
