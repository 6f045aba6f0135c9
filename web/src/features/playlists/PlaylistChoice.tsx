/* Which playlist a rule is about: one's own, one that one works on or follows, or any other that one may see, found by its name. */

import { useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { useState } from 'react';
import { useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { SelectField, TextField } from '@/components/ui/Field';
import { useFollowed } from '@/lib/api/playlists/followed';
import { playlistQuery } from '@/lib/api/playlists/get';
import { usePlaylists } from '@/lib/api/playlists/list';
import { playlistSearchQuery } from '@/lib/api/playlists/search';
import type { Playlist } from '@/lib/api/schema';
import { useDebounced } from '@/lib/dom/useDebounced';
import type { FormOf } from '@/lib/form/useForm';
import type { RulesForm } from './rules';

const FOUND = 6;

interface FindPlaylistProps {
  own: string | undefined;
  onChoose: (id: string) => void;
}

function FindPlaylist({ own, onChoose }: FindPlaylistProps) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const q = useDebounced(text.trim(), 180);
  const search = useQuery({ ...playlistSearchQuery(q, FOUND), enabled: q.length > 0 });
  const found = text.trim() && q ? (search.data?.items ?? []).filter(({ id }) => id !== own) : [];
  return (
    <div className="mt-2">
      {/* eslint-disable-next-line jsx-a11y/no-autofocus -- it was asked for */}
      <TextField label={t('rules.find')} value={text} autoComplete="off" autoFocus onChange={(event) => setText(event.target.value)} />
      {text.trim() && q && search.isSuccess && found.length === 0 && (
        <p role="status" className="mt-2 text-sm text-muted">
          {t('rules.find_none')}
        </p>
      )}
      <ul className="mt-1">
        {found.map(({ id, name, owner }) => (
          <li key={id}>
            <button type="button" onClick={() => onChoose(id)} className="w-full rounded-sm px-2 py-1.5 text-start transition-colors duration-150 hover:bg-sunk">
              <span dir="auto" className="block truncate text-sm font-semibold">
                {name}
              </span>
              <span dir="auto" className="block truncate text-xs text-muted">
                {t('playlists.by', { name: owner.display_name })}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface PlaylistChoiceProps {
  form: FormOf<RulesForm>;
  place: number;
  /** The playlist whose rules these are, which they cannot name. */
  own: string | undefined;
}

const without = (own: string | undefined, pages: readonly { items: Playlist[] }[] = []) => pages.flatMap(({ items }) => items).filter(({ id }) => id !== own);

export function PlaylistChoice({ form, place, own }: PlaylistChoiceProps) {
  const { t } = useTranslation();
  const name = `conditions.${place}.value` as const;
  const value = useWatch({ control: form.control, name });
  const lists = { mine: usePlaylists(), followed: useFollowed() };
  const mine = without(own, lists.mine.data?.pages);
  const followed = without(own, lists.followed.data?.pages);
  const isListed = [...mine, ...followed].some(({ id }) => id === value);
  const other = useQuery({ ...playlistQuery(value), enabled: value !== '' && !isListed && !lists.mine.isPending && !lists.followed.isPending });
  const [finding, setFinding] = useState(false);
  const options = (items: readonly Pick<Playlist, 'id' | 'name'>[]) =>
    items.map((one) => (
      <option key={one.id} value={one.id}>
        {one.name}
      </option>
    ));
  return (
    <>
      <SelectField label={t('rules.value_of', { place: place + 1 })} labelHidden {...form.field(name)} value={value} /* also when its option moves to another group */>
        <option value="">{t('rules.choose')}</option>
        {/* not loaded yet, or not to be seen any more: then it has no name */}
        {value !== '' && !isListed && options([{ id: value, name: other.data?.name ?? t('rules.other') }])}
        {mine.length > 0 && <optgroup label={t('playlists.title')}>{options(mine)}</optgroup>}
        {followed.length > 0 && <optgroup label={t('playlists.followed')}>{options(followed)}</optgroup>}
      </SelectField>
      {finding ? (
        <FindPlaylist
          own={own}
          onChoose={(id) => {
            form.setValue(name, id, { shouldDirty: true, shouldValidate: true });
            setFinding(false);
          }}
        />
      ) : (
        <Button size="sm" tone="quiet" className="mt-1" onClick={() => setFinding(true)}>
          <Search size={16} aria-hidden />
          {t('rules.search_playlist')}
        </Button>
      )}
    </>
  );
}
