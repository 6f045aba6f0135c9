import type { TFunction } from 'i18next';
import type { PlaylistItem } from '@/lib/api/schema';

/** What a place without a track is called. */
export const unseenName = (t: TFunction, place: number, wanted: PlaylistItem['wanted']) =>
  wanted?.title ? t('playlists.waiting_place', { title: wanted.title }) : t('playlists.unseen_place', { place });
