/* Which texts there are, as types: t() takes only keys that exist. English stands for all languages (locales.test.ts compares them). */

import type common from '@/locales/en';
import type approval from '@/locales/en/approval.json';
import type apps from '@/locales/en/apps.json';
import type auth from '@/locales/en/auth.json';
import type chat from '@/locales/en/chat.json';
import type comments from '@/locales/en/comments.json';
import type dashboard from '@/locales/en/dashboard.json';
import type data from '@/locales/en/data.json';
import type admin from '@/locales/en/admin.json';
import type developer from '@/locales/en/developer.json';
import type discover from '@/locales/en/discover.json';
import type history from '@/locales/en/history.json';
import type imports from '@/locales/en/imports.json';
import type keys from '@/locales/en/keys.json';
import type labels from '@/locales/en/labels.json';
import type landing from '@/locales/en/landing.json';
import type library from '@/locales/en/library.json';
import type listen from '@/locales/en/listen.json';
import type lyrics from '@/locales/en/lyrics.json';
import type notifications from '@/locales/en/notifications.json';
import type playlists from '@/locales/en/playlists.json';
import type profile from '@/locales/en/profile.json';
import type queue from '@/locales/en/queue.json';
import type recommendations from '@/locales/en/recommendations.json';
import type releases from '@/locales/en/releases.json';
import type rules from '@/locales/en/rules.json';
import type scrobbling from '@/locales/en/scrobbling.json';
import type search from '@/locales/en/search.json';
import type search_page from '@/locales/en/search_page.json';
import type security from '@/locales/en/security.json';
import type settings from '@/locales/en/settings.json';
import type sharing from '@/locales/en/sharing.json';
import type stems from '@/locales/en/stems.json';
import type stepup from '@/locales/en/stepup.json';
import type track_page from '@/locales/en/track_page.json';
import type upload from '@/locales/en/upload.json';
import type versions from '@/locales/en/versions.json';

/** The texts of pages and dialogs, one file each. */
export interface TextFiles {
  approval: typeof approval;
  apps: typeof apps;
  auth: typeof auth;
  chat: typeof chat;
  comments: typeof comments;
  dashboard: typeof dashboard;
  data: typeof data;
  admin: typeof admin;
  developer: typeof developer;
  discover: typeof discover;
  history: typeof history;
  imports: typeof imports;
  keys: typeof keys;
  labels: typeof labels;
  landing: typeof landing;
  library: typeof library;
  listen: typeof listen;
  lyrics: typeof lyrics;
  notifications: typeof notifications;
  playlists: typeof playlists;
  profile: typeof profile;
  queue: typeof queue;
  recommendations: typeof recommendations;
  releases: typeof releases;
  rules: typeof rules;
  scrobbling: typeof scrobbling;
  search: typeof search;
  search_page: typeof search_page;
  security: typeof security;
  settings: typeof settings;
  sharing: typeof sharing;
  stems: typeof stems;
  stepup: typeof stepup;
  track_page: typeof track_page;
  upload: typeof upload;
  versions: typeof versions;
}

export type Namespace = keyof TextFiles;

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof common & TextFiles };
  }
}
