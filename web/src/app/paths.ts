/* The paths of all pages, as the router has them (router.test.ts). The build writes them to dist/pages.json, and the server answers 404 to
 * every other path. */

export const PAGE_PATHS = [
  '/',
  '/discover',
  '/login',
  '/register',
  '/forgot-password',
  '/reset-password',
  '/verify-email',
  '/track/:id',
  '/u/:username',
  '/dashboard',
  '/upload',
  '/library',
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
