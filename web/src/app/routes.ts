/* Which page a path shows. Every page is its own chunk, loaded together with the files of texts that it names; `prefetchRoute` fetches one
 * before it is needed. */

import type { ComponentType } from 'react';
import { withTexts } from '@/lib/i18n';

type Page = () => Promise<{ Component: ComponentType }>;

export const pages = {
  landing: withTexts(() => import('@/features/landing/LandingPage'), 'landing'),
  discover: withTexts(() => import('@/features/discover/DiscoverPage'), 'discover'),
  label: withTexts(() => import('@/features/discover/LabelPage'), 'discover'),
  path: withTexts(() => import('@/features/discover/PathPage'), 'discover'),
  search: withTexts(() => import('@/features/search/SearchPage'), 'search_page', 'playlists', 'releases'),
  login: withTexts(() => import('@/features/auth/LoginPage'), 'auth'),
  register: withTexts(() => import('@/features/auth/RegisterPage'), 'auth'),
  forgotPassword: withTexts(() => import('@/features/auth/ForgotPasswordPage'), 'auth'),
  resetPassword: withTexts(() => import('@/features/auth/ResetPasswordPage'), 'auth'),
  verifyEmail: withTexts(() => import('@/features/auth/VerifyEmailPage'), 'auth'),
  dashboard: withTexts(() => import('@/features/dashboard/DashboardPage'), 'dashboard'),
  upload: withTexts(() => import('@/features/upload/UploadPage'), 'upload'),
  library: withTexts(() => import('@/features/library/LibraryPage'), 'library'),
  likes: withTexts(() => import('@/features/library/LikesPage'), 'library'),
  heldComments: withTexts(() => import('@/features/approval/HeldPage'), 'approval', 'comments'),
  history: withTexts(() => import('@/features/history/HistoryPage'), 'history'),
  playlists: withTexts(() => import('@/features/playlists/PlaylistsPage'), 'playlists'),
  playlist: withTexts(() => import('@/features/playlists/PlaylistPage'), 'playlists'),
  sharedPlaylist: withTexts(() => import('@/features/playlists/SharedPlaylistPage'), 'playlists'),
  sharedTrack: withTexts(() => import('@/features/track/SharedTrackPage'), 'sharing', 'track_page'),
  release: withTexts(() => import('@/features/release/ReleasePage'), 'releases'),
  releases: withTexts(() => import('@/features/release/ReleasesPage'), 'releases'),
  listen: withTexts(() => import('@/features/listen/ListenPage'), 'listen'),
  track: withTexts(() => import('@/features/track/TrackPage'), 'track_page'),
  chat: withTexts(() => import('@/features/chat/ChatPage'), 'chat'),
  chatJoin: withTexts(() => import('@/features/chat/JoinPage'), 'chat'),
  notifications: withTexts(() => import('@/features/notifications/NotificationsPage'), 'notifications'),
  settings: withTexts(() => import('@/features/settings/SettingsLayout'), 'settings'),
  settingsProfile: withTexts(() => import('@/features/settings/ProfileSettingsPage'), 'settings'),
  settingsSecurity: withTexts(() => import('@/features/settings/security/SecurityPage'), 'settings', 'security'),
  settingsSessions: withTexts(() => import('@/features/settings/SessionsPage'), 'settings'),
  settingsApps: withTexts(() => import('@/features/settings/AppsPage'), 'settings', 'apps'),
  settingsImport: withTexts(() => import('@/features/settings/ImportPage'), 'settings', 'imports'),
  settingsScrobbling: withTexts(() => import('@/features/settings/ScrobblingPage'), 'settings', 'scrobbling'),
  settingsPrivacy: withTexts(() => import('@/features/settings/PrivacyPage'), 'settings'),
  settingsNotifications: withTexts(() => import('@/features/settings/NotificationSettingsPage'), 'settings'),
  settingsAppearance: withTexts(() => import('@/features/settings/AppearancePage'), 'settings', 'keys'),
  settingsLanguage: withTexts(() => import('@/features/settings/LanguagePage'), 'settings'),
  settingsData: withTexts(() => import('@/features/settings/data/DataPage'), 'settings', 'data'),
  developer: withTexts(() => import('@/features/developer/DeveloperPage'), 'developer'),
  adminSearch: withTexts(() => import('@/features/admin/SearchIndexPage'), 'admin'),
  adminLabels: withTexts(() => import('@/features/admin/LabelsPage'), 'labels'),
  adminStorage: withTexts(() => import('@/features/admin/StoragePage'), 'admin'),
  profile: withTexts(() => import('@/features/profile/ProfilePage'), 'profile'),
} satisfies Record<string, Page>;

const byPath: Record<string, Page> = {
  '/': pages.landing,
  '/discover': pages.discover,
  '/search': pages.search,
  '/dashboard': pages.dashboard,
  '/upload': pages.upload,
  '/library': pages.library,
  '/releases': pages.releases,
  '/playlists': pages.playlists,
  '/notifications': pages.notifications,
  '/chat': pages.chat,
};

/** Fetches a page's code and texts; what it shows comes from the network when it opens. */
export function prefetchRoute(path: string): void {
  void byPath[path]?.().catch(() => undefined);
}
