/* The paths of all pages, as the router has them (router.test.ts). The build writes them to dist/pages.json, and the server answers 404 to
 * every other path. */

export const PAGE_PATHS = [
  '/',
  '/admin/storage',
  '/discover',
  '/login',
  '/register',
  '/forgot-password',
  '/reset-password',
  '/verify-email',
  '/track/:id',
  '/track/shared/:token',
  '/u/:username',
  '/playlist/:id',
  '/p/:token',
  '/release/:slug',
  '/listen/:token',
  '/dashboard',
  '/upload',
  '/library',
  '/library/likes',
  '/library/history',
  '/library/comments',
  '/releases',
  '/playlists',
  '/notifications',
  '/developer',
  '/settings',
  '/settings/profile',
  '/settings/account',
  '/settings/security',
  '/settings/sessions',
  '/settings/privacy',
  '/settings/notifications',
  '/settings/appearance',
  '/settings/language',
  '/settings/data',
] as const;

/** Pages that other sites show in a frame: each is the page behind /embed, in small. They are no part of the app (src/embed). */
export const EMBED_PATHS = ['/embed/track/:id', '/embed/track/shared/:token', '/embed/playlist/:id', '/embed/p/:token', '/embed/release/:slug'] as const;
