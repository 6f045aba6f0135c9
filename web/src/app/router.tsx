import { Navigate, createBrowserRouter, type RouteObject } from 'react-router';
import { NotFound } from '@/components/ui/NotFound';
import { Frame } from './frame/Frame';
import { RequireMember } from './RequireMember';
import { RouteError } from './RouteError';
import { pages } from './routes';

export const routes: RouteObject[] = [
  {
    path: '/',
    element: <Frame />,
    errorElement: <RouteError />,
    children: [
      {
        errorElement: <RouteError />,
        children: [
          { index: true, lazy: pages.landing },
          { path: 'discover', lazy: pages.discover },
          { path: 'discover/genre/:genre', lazy: pages.label },
          { path: 'discover/tag/:tag', lazy: pages.label },
          { path: 'search', lazy: pages.search },
          { path: 'login', lazy: pages.login },
          { path: 'register', lazy: pages.register },
          { path: 'forgot-password', lazy: pages.forgotPassword },
          { path: 'reset-password', lazy: pages.resetPassword },
          { path: 'verify-email', lazy: pages.verifyEmail },
          { path: 'track/:id', lazy: pages.track },
          { path: 'track/shared/:token', lazy: pages.sharedTrack },
          { path: 'u/:username', lazy: pages.profile },
          { path: 'playlist/:id', lazy: pages.playlist },
          { path: 'p/:token', lazy: pages.sharedPlaylist },
          { path: 'release/:slug', lazy: pages.release },
          { path: 'listen/:token', lazy: pages.listen },
          {
            element: <RequireMember />,
            children: [
              { path: 'dashboard', lazy: pages.dashboard },
              { path: 'discover/path/:id', lazy: pages.path },
              { path: 'upload', lazy: pages.upload },
              { path: 'library', lazy: pages.library },
              { path: 'library/likes', lazy: pages.likes },
              { path: 'library/history', lazy: pages.history },
              { path: 'library/comments', lazy: pages.heldComments },
              { path: 'releases', lazy: pages.releases },
              { path: 'playlists', lazy: pages.playlists },
              { path: 'chat', lazy: pages.chat },
              { path: 'chat/:id', lazy: pages.chat },
              { path: 'chat/join/:token', lazy: pages.chatJoin },
              { path: 'notifications', lazy: pages.notifications },
              { path: 'developer', lazy: pages.developer },
              { path: 'admin/search', lazy: pages.adminSearch },
              { path: 'admin/storage', lazy: pages.adminStorage },
              { path: 'admin/labels', lazy: pages.adminLabels },
              {
                path: 'settings',
                lazy: pages.settings,
                children: [
                  { index: true, element: <Navigate to="/settings/profile" replace /> },
                  { path: 'profile', lazy: pages.settingsProfile },
                  { path: 'account', element: <Navigate to="/settings/security" replace /> },
                  { path: 'security', lazy: pages.settingsSecurity },
                  { path: 'sessions', lazy: pages.settingsSessions },
                  { path: 'apps', lazy: pages.settingsApps },
                  { path: 'scrobbling', lazy: pages.settingsScrobbling },
                  { path: 'import', lazy: pages.settingsImport },
                  { path: 'privacy', lazy: pages.settingsPrivacy },
                  { path: 'notifications', lazy: pages.settingsNotifications },
                  { path: 'appearance', lazy: pages.settingsAppearance },
                  { path: 'language', lazy: pages.settingsLanguage },
                  { path: 'data', lazy: pages.settingsData },
                ],
              },
            ],
          },
          { path: '*', element: <NotFound /> },
        ],
      },
    ],
    hydrateFallbackElement: <></>, /* the shell of index.html is still there */
  },
];

export const createRouter = () => createBrowserRouter(routes);
