/* Puts tracks into one of one's playlists, or into a new one. A playlist that has the one track already asks before it gets it once more. */

import { Check, ListPlus } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { PlaylistCover } from '@/components/playlist/PlaylistCover';
import { Visibility } from '@/components/playlist/PlaylistFacts';
import { Button } from '@/components/ui/Button';
import { Dialog } from '@/components/ui/Dialog';
import { ErrorState } from '@/components/ui/ErrorState';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { FormError } from '@/components/ui/FormError';
import { More } from '@/components/ui/More';
import { useAddTrack } from '@/lib/api/playlists/addTrack';
import { usePlaylistsWith } from '@/lib/api/playlists/containing';
import { useCreatePlaylist } from '@/lib/api/playlists/create';
import { usePlaylists } from '@/lib/api/playlists/list';
import { useRemoveItem } from '@/lib/api/playlists/removeItem';
import { problemText } from '@/lib/api/problemText';
import type { Playlist } from '@/lib/api/schema';
import { useForm } from '@/lib/form/useForm';
import { useAdding } from '@/lib/playlists/adding';
import { toast, useToasts } from '@/lib/toast/store';
import { z } from '@/lib/zod';

interface AddToPlaylistDialogProps {
  /** At least one. */
  tracks: readonly { id: string; title: string }[];
}

interface ChoiceProps {
  playlist: Playlist;
  /** It has the track already. */
  has: boolean;
  busy: boolean;
  onChoose: () => void;
}

function Choice({ playlist, has, busy, onChoose }: ChoiceProps) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  return (
    <li>
      <button
        type="button"
        aria-expanded={has ? asking : undefined}
        aria-disabled={busy || undefined}
        onClick={() => {
          if (has) setAsking(!asking);
          else if (!busy) onChoose();
        }}
        className="flex min-h-14 w-full items-center gap-3 rounded-sm px-2 py-1.5 text-start transition-colors duration-150 hover:bg-sunk"
      >
        <PlaylistCover playlist={playlist} sizes="40px" className="size-10 rounded-sm" />
        <span className="min-w-0 flex-1">
          <span title={playlist.name} className="block truncate font-semibold">
            <bdi>{playlist.name}</bdi>
          </span>
          <span className="flex flex-wrap gap-x-3 text-xs text-muted">
            <span>{t('playlists.count', { count: playlist.track_count ?? 0 })}</span>
            <Visibility playlist={playlist} />
          </span>
        </span>
        {has && (
          <span className="inline-flex shrink-0 items-center gap-1 text-xs text-muted">
            <Check size={16} aria-hidden />
            {t('playlists.has')}
          </span>
        )}
      </button>
      {asking && (
        <div className="flex flex-wrap items-center justify-between gap-2 ps-15 pe-2 pb-2">
          <p role="status" className="text-sm">
            {t('playlists.has_text')}
          </p>
          <Button size="sm" busy={busy} onClick={onChoose}>
            {t('playlists.add_again')}
          </Button>
        </div>
      )}
    </li>
  );
}

const schema = z.object({ name: z.string().trim().min(1, 'required').max(200, 'too_long') });

interface NewOneProps {
  busy: boolean;
  /** There are others: the form waits until it is wanted. */
  folded: boolean;
  onCreate: (name: string) => Promise<void>;
}

function NewOne({ busy, folded, onCreate }: NewOneProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(!folded);
  const form = useForm({ schema, values: { name: '' }, send: ({ name }) => onCreate(name) });
  const { setFocus } = form;
  useEffect(() => {
    if (open) setFocus('name');
  }, [open, setFocus]);
  if (!open) {
    return (
      <Button className="w-full" onClick={() => setOpen(true)}>
        <ListPlus size={18} aria-hidden />
        {t('playlists.new')}
      </Button>
    );
  }
  return (
    <Form form={form} className="flex flex-wrap items-start gap-2">
      <TextField
        className="min-w-0 flex-1 basis-52"
        label={t('playlists.new')}
        placeholder={t('playlists.name')}
        maxLength={200}
        autoComplete="off"
        {...form.field('name')}
      />
      <Button type="submit" tone="accent" busy={busy} className="sm:mt-6.5">
        {t('playlists.create_and_add')}
      </Button>
    </Form>
  );
}

export function AddToPlaylistDialog({ tracks }: AddToPlaylistDialogProps) {
  const { t } = useTranslation();
  const list = usePlaylists();
  const [first] = tracks;
  const title = first?.title ?? '';
  const isOne = tracks.length === 1;
  const containing = usePlaylistsWith(first?.id ?? '', isOne);
  const create = useCreatePlaylist();
  const add = useAddTrack();
  const remove = useRemoveItem();
  const [problem, setProblem] = useState<string | null>(null);
  /** It was made here, but the track did not get into it: trying again makes no second one. */
  const [made, setMade] = useState<{ id: string; name: string } | null>(null);
  /** The items that playlists have got, in the order of the tracks: trying again goes on behind them. */
  const items = useRef(new Map<string, string[]>());
  const close = () => useAdding.setState({ tracks: [] });
  const busy = create.isPending || add.isPending;
  const playlists = list.data?.pages.flatMap((page) => page.items.filter((playlist) => playlist.may_edit)) ?? [];
  const having = new Set(containing.data?.items.map((playlist) => playlist.id));

  async function addTo(find: () => Promise<{ id: string; name: string }>) {
    setProblem(null);
    try {
      const { id, name } = await find();
      const got = items.current.get(id) ?? [];
      items.current.set(id, got);
      for (const track of tracks.slice(got.length)) got.push((await add.mutateAsync({ id, trackId: track.id })).item_id);
      close();
      useToasts.getState().show({
        text: isOne ? t('playlists.added', { title, name }) : t('playlists.added_many', { count: tracks.length, name }),
        action: {
          label: t('common.undo'),
          run: () => void takeOut(id, got).catch((error: unknown) => toast(problemText(error, t), 'danger')),
        },
      });
    } catch (error) {
      setProblem(problemText(error, t));
    }
  }

  async function takeOut(id: string, got: readonly string[]) {
    for (const item of got) await remove.mutateAsync({ id, item });
  }

  async function createOne(name: string) {
    if (made?.name === name) return made;
    const playlist = await create.mutateAsync({ name });
    setMade(playlist);
    return playlist;
  }

  return (
    <Dialog open onOpenChange={(open) => !open && close()} title={t('playlists.add_title')}>
      <div className="space-y-4">
        <p dir="auto" title={isOne ? title : undefined} className="-mt-3 truncate text-muted">
          {isOne ? title : t('playlists.add_many', { count: tracks.length })}
        </p>
        {problem && <FormError>{problem}</FormError>}
        {list.isPending || (isOne && containing.isPending) ? (
          <div role="status" aria-label={t('common.loading')}>
            <PeaksSkeleton seed={title} className="h-14" />
          </div>
        ) : list.isLoadingError ? (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} />
        ) : (
          <>
            {playlists.length > 0 && (
              <ul aria-label={t('playlists.title')} className="-mx-2 max-h-[min(50dvh,360px)] overflow-y-auto overscroll-contain">
                {playlists.map((playlist) => (
                  <Choice key={playlist.id} playlist={playlist} has={having.has(playlist.id)} busy={busy} onChoose={() => void addTo(() => Promise.resolve(playlist))} />
                ))}
                {list.hasNextPage && (
                  <li className="p-2">
                    <More list={list} small className="" />
                  </li>
                )}
              </ul>
            )}
            <NewOne busy={busy} folded={playlists.length > 0} onCreate={(name) => addTo(() => createOne(name))} />
          </>
        )}
      </div>
    </Dialog>
  );
}
