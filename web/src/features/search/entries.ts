/* What the palette offers for a text: commands by their name, people, releases, tracks and playlists from the server. Without a text: commands, and people whom
 * a member might want to follow. */

import { CodeXml, Compass, Heart, History, House, Keyboard, Library, ListMusic, LogIn, Moon, Pause, Search, Settings, ShieldCheck, Sun, Upload, UserPlus, type LucideIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useMe } from '@/lib/api/auth/me';
import { useQuery } from '@tanstack/react-query';
import { releaseArtist } from '@/components/release/ReleaseCard';
import { searchQuery } from '@/lib/api/search/search';
import type { PublicUser, Release, Track } from '@/lib/api/schema';
import { suggestionsQuery } from '@/lib/api/users/suggestions';
import { useDebounced } from '@/lib/dom/useDebounced';
import { byline } from '@/lib/format/byline';
import { useKeys } from '@/lib/keys/store';
import { isPlayable, toPlayerTrack } from '@/lib/player/contract';
import { playNow, queueLast, queueNext } from '@/lib/player/play';
import { usePlayer } from '@/lib/player/store';
import { shownTheme, useTheme } from '@/lib/theme/store';

interface Common {
  id: string;
  label: string;
  hint: string;
  run: () => void;
}

/** What can be done with a track besides opening its page. */
export interface TrackActs {
  now: () => void;
  next: () => void;
  last: () => void;
}

function actsOf(track: Track): TrackActs {
  const wanted = toPlayerTrack(track);
  return { now: () => playNow(wanted), next: () => queueNext(wanted), last: () => queueLast(wanted) };
}

export type Entry =
  | (Common & { kind: 'command' | 'playlist'; icon: LucideIcon })
  | (Common & { kind: 'track'; track: Track; play?: TrackActs })
  | (Common & { kind: 'release'; release: Release })
  | (Common & { kind: 'person'; user: PublicUser });

/** Text without accents and case, so that "decouvrir" finds "Découvrir". */
export const plain = (text: string) =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase();

function useCommands(): Entry[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data: me } = useMe();
  const { theme, setTheme } = useTheme();
  const playing = usePlayer((s) => s.current !== null);
  const hint = t('search.command');
  const go = (id: string, label: string, icon: LucideIcon, path: string): Entry => ({
    kind: 'command',
    id,
    label,
    hint,
    icon,
    run: () => void navigate(path),
  });
  const dark = shownTheme(theme) === 'dark';
  return [
    go('discover', t('frame.nav.discover'), Compass, '/discover'),
    ...(me
      ? [
          go('dashboard', t('frame.nav.dashboard'), House, '/dashboard'),
          go('library', t('frame.nav.library'), Library, '/library'),
          go('likes', t('common.likes'), Heart, '/library/likes'),
          go('history', t('frame.history'), History, '/library/history'),
          go('playlists', t('frame.nav.playlists'), ListMusic, '/playlists'),
          go('upload', t('frame.nav.upload'), Upload, '/upload'),
          go('settings', t('frame.settings'), Settings, '/settings'),
          go('security', t('frame.security'), ShieldCheck, '/settings/security'),
          go('developer', t('frame.developer'), CodeXml, '/developer'),
        ]
      : [go('login', t('frame.sign_in'), LogIn, '/login'), go('register', t('frame.sign_up'), UserPlus, '/register')]),
    ...(playing
      ? [{ kind: 'command' as const, id: 'toggle', label: t('search.toggle'), hint, icon: Pause, run: () => usePlayer.getState().toggle() }]
      : []),
    {
      kind: 'command',
      id: 'theme',
      label: t(dark ? 'search.light' : 'search.dark'),
      hint,
      icon: dark ? Sun : Moon,
      run: () => setTheme(dark ? 'light' : 'dark'),
    },
    { kind: 'command', id: 'keys', label: t('search.keys'), hint, icon: Keyboard, run: () => useKeys.getState().setSheet(true) },
  ];
}

const PEOPLE = 4;
const PLAYLISTS = 4;
const RELEASES = 4;
const TRACKS = 8;

interface Entries {
  entries: Entry[];
  searching: boolean;
  /** What is shown answers to the text as it stands, not to an earlier one. */
  upToDate: boolean;
  /** The page with all results. */
  all: Entry | undefined;
}

/* Answers are kept by the text that they answer: a late one never replaces a newer one. */
export function useEntries(text: string): Entries {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const commands = useCommands();
  const { data: me } = useMe();
  const now = text.trim();
  const q = useDebounced(now, 180);
  const found = useQuery(searchQuery({ q, limit: TRACKS }));
  const suggested = useQuery({ ...suggestionsQuery(PEOPLE), enabled: Boolean(me) && now === '' });
  const wanted = plain(now);
  const tracks = q && wanted ? (found.data?.tracks.items ?? []) : [];
  const releases = q && wanted ? (found.data?.releases.items ?? []).slice(0, RELEASES) : [];
  const playlists = q && wanted ? (found.data?.playlists.items ?? []).slice(0, PLAYLISTS) : [];
  const people = (wanted ? q && found.data?.users.items.slice(0, PEOPLE) : me && suggested.data?.items) || [];

  const entries: Entry[] = [
    ...commands.filter((command) => !wanted || plain(command.label).includes(wanted)),
    ...people.map((user) => ({
      kind: 'person' as const,
      id: `person-${user.id}`,
      label: user.display_name,
      hint: `@${user.username}`,
      user,
      run: () => void navigate(`/u/${encodeURIComponent(user.username)}`),
    })),
    ...releases.map((release) => ({
      kind: 'release' as const,
      id: `release-${release.id}`,
      label: release.title,
      hint: `${t(`common.release.kind.${release.kind}`)} · ${releaseArtist(release)}`,
      release,
      run: () => void navigate(`/release/${release.slug}`),
    })),
    ...tracks.map((track) => ({
      kind: 'track' as const,
      id: `track-${track.id}`,
      label: track.title,
      hint: byline(track),
      track,
      ...(isPlayable(track) && { play: actsOf(track) }),
      run: () => void navigate(`/track/${track.id}`),
    })),
    ...playlists.map((playlist) => ({
      kind: 'playlist' as const,
      id: `playlist-${playlist.id}`,
      label: playlist.name,
      hint: t('search.playlist', { name: playlist.owner.display_name }),
      icon: ListMusic,
      run: () => void navigate(`/playlist/${playlist.id}`),
    })),
  ];
  const all: Entry | undefined = wanted
    ? { kind: 'command', id: 'all', label: t('search.all', { q: now }), hint: '', icon: Search, run: () => void navigate(`/search?q=${encodeURIComponent(now)}`) }
    : undefined;
  if (all) entries.push(all);
  const upToDate = now === q && !found.isPlaceholderData && !found.isFetching;
  return { entries, searching: found.isFetching, upToDate, all };
}
