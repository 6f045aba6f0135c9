/* What the palette offers for a text: commands by their name, tracks and the people behind them from the server. */

import { CodeXml, Compass, House, Library, LogIn, Moon, Pause, Search, Settings, ShieldCheck, Sun, Upload, UserPlus, type LucideIcon } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useMe } from '@/lib/api/auth/me';
import { useQuery } from '@tanstack/react-query';
import { tracksQuery } from '@/lib/api/tracks/list';
import type { Track, UserRef } from '@/lib/api/types';
import { useDebounced } from '@/lib/dom/useDebounced';
import { usePlayer } from '@/lib/player/store';
import { useTheme } from '@/lib/theme/store';

interface Common {
  id: string;
  label: string;
  hint: string;
  run: () => void;
}

export type Entry =
  | (Common & { kind: 'command'; icon: LucideIcon })
  | (Common & { kind: 'track'; track: Track })
  | (Common & { kind: 'person'; user: UserRef });

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
  const hint = t('frame.palette.command');
  const go = (id: string, label: string, icon: LucideIcon, path: string): Entry => ({
    kind: 'command',
    id,
    label,
    hint,
    icon,
    run: () => void navigate(path),
  });
  const dark = theme !== 'light';
  return [
    go('discover', t('frame.nav.discover'), Compass, '/discover'),
    ...(me
      ? [
          go('dashboard', t('frame.nav.dashboard'), House, '/dashboard'),
          go('library', t('frame.nav.library'), Library, '/library'),
          go('upload', t('frame.nav.upload'), Upload, '/upload'),
          go('settings', t('frame.settings'), Settings, '/settings'),
          go('security', t('frame.security'), ShieldCheck, '/settings/security'),
          go('developer', t('frame.developer'), CodeXml, '/developer'),
        ]
      : [go('login', t('frame.sign_in'), LogIn, '/login'), go('register', t('frame.sign_up'), UserPlus, '/register')]),
    ...(playing
      ? [{ kind: 'command' as const, id: 'toggle', label: t('frame.palette.toggle'), hint, icon: Pause, run: () => usePlayer.getState().toggle() }]
      : []),
    {
      kind: 'command',
      id: 'theme',
      label: t(dark ? 'frame.palette.light' : 'frame.palette.dark'),
      hint,
      icon: dark ? Sun : Moon,
      run: () => setTheme(dark ? 'light' : 'dark'),
    },
  ];
}

export function useEntries(text: string): { entries: Entry[]; searching: boolean } {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const commands = useCommands();
  const q = useDebounced(text.trim(), 180);
  const found = useQuery({ ...tracksQuery({ q, limit: 8 }), enabled: q.length > 0 });
  const wanted = plain(text.trim());
  const tracks = q && wanted ? (found.data?.items ?? []) : [];
  const people = [...new Map(tracks.map((track) => [track.creator.id, track.creator])).values()].filter((user) => plain(user.username).includes(wanted));

  const entries: Entry[] = [
    ...commands.filter((command) => !wanted || plain(command.label).includes(wanted)),
    ...people.map((user) => ({
      kind: 'person' as const,
      id: `person-${user.id}`,
      label: user.username,
      hint: t('frame.palette.person'),
      user,
      run: () => void navigate(`/u/${encodeURIComponent(user.username)}`),
    })),
    ...tracks.map((track) => ({
      kind: 'track' as const,
      id: `track-${track.id}`,
      label: track.title,
      hint: track.artist || track.creator.username,
      track,
      run: () => void navigate(`/track/${track.id}`),
    })),
  ];
  if (wanted) {
    entries.push({
      kind: 'command',
      id: 'all',
      label: t('frame.palette.all', { q: text.trim() }),
      hint: '',
      icon: Search,
      run: () => void navigate(`/discover?q=${encodeURIComponent(text.trim())}`),
    });
  }
  return { entries, searching: found.isFetching };
}
