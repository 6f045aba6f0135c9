/* One field for everything: commands, people, releases, tracks, playlists. Arrow keys choose, Enter goes. */

import { Dialog } from 'radix-ui';
import { Search } from 'lucide-react';
import { useEffect, useId, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useFocusReturn } from '@/lib/dom/useFocusReturn';
import { useHistoryEntry } from '@/lib/history/useHistoryEntry';
import { usePalette } from '@/lib/palette/store';
import { PaletteItem } from './PaletteItem';
import { useEntries, type Entry, type TrackActs } from './entries';

function PaletteAct({ label, keys, onAct }: { label: string; keys?: string; onAct: () => void }) {
  return (
    <button type="button" onClick={onAct} className="flex h-8 items-center gap-2 rounded-sm px-2 text-sm text-muted hover:bg-sunk hover:text-ink">
      {label}
      {keys && (
        <kbd aria-hidden="true" className="num rounded-sm border border-line-strong px-1.5 text-xs">
          {keys}
        </kbd>
      )}
    </button>
  );
}

function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const { entries, searching, upToDate, all } = useEntries(text);
  const [active, setActive] = useState(0);
  const list = useId();
  const chosen = entries[Math.min(active, entries.length - 1)];

  useEffect(() => setActive(0), [text]);
  useEffect(() => {
    if (chosen) document.getElementById(`${list}-${chosen.id}`)?.scrollIntoView({ block: 'nearest' });
  }, [chosen, list]);

  function run(entry: Entry | undefined) {
    if (!entry) return;
    onClose();
    entry.run();
  }

  const acts = chosen?.kind === 'track' ? chosen.play : undefined;

  function act(what: keyof TrackActs, on = acts) {
    onClose();
    on?.[what]();
  }

  function onKey(event: KeyboardEvent) {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && entries.length > 0) {
      event.preventDefault();
      setActive((old) => (Math.min(old, entries.length - 1) + step + entries.length) % entries.length);
    } else if (event.key === 'Enter' && acts && upToDate && (event.shiftKey || event.altKey)) {
      event.preventDefault();
      act(event.shiftKey ? 'now' : 'last');
    } else if (event.key === 'Enter') {
      event.preventDefault();
      /* typed faster than the server answers: what leads the list may answer to an earlier text */
      const early = !upToDate && active === 0 && chosen?.kind !== 'command';
      run(early ? all : chosen);
    }
  }

  return (
    <>
      <div className="flex items-center gap-3 border-b border-line px-4">
        <Search size={18} aria-hidden className="text-muted" />
        <input
          dir="auto"
          role="combobox"
          aria-expanded={entries.length > 0}
          aria-controls={list}
          aria-activedescendant={chosen ? `${list}-${chosen.id}` : undefined}
          aria-autocomplete="list"
          aria-label={t('frame.search')}
          placeholder={t('frame.search')}
          value={text}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={onKey}
          className="h-14 w-full bg-transparent text-base outline-none placeholder:text-muted"
        />
        <kbd className="num rounded-sm border border-line-strong px-1.5 text-xs text-muted">Esc</kbd>
      </div>
      <ul id={list} role="listbox" aria-label={t('search.results')} className="max-h-[min(60dvh,480px)] overflow-y-auto p-2">
        {entries.map((entry) => (
          <PaletteItem key={entry.id} id={`${list}-${entry.id}`} entry={entry} selected={entry === chosen} onRun={() => run(entry)} onAct={act} />
        ))}
      </ul>
      {acts && (
        <div role="group" aria-label={t('search.with', { title: chosen?.label ?? '' })} className="flex flex-wrap gap-2 border-t border-line px-4 py-2 max-sm:hidden">
          <PaletteAct label={t('player.play')} keys={`${t('search.shift')} ↵`} onAct={() => act('now')} />
          <PaletteAct label={t('track.play_next')} onAct={() => act('next')} />
          <PaletteAct label={t('track.queue')} keys="Alt ↵" onAct={() => act('last')} />
        </div>
      )}
      <p role="status" className={entries.length > 0 ? 'sr-only' : 'px-4 pb-5 text-muted'}>
        {entries.length > 0 ? t('search.found', { count: entries.length }) : searching ? t('search.searching') : t('search.nothing')}
      </p>
    </>
  );
}

export function CommandPalette() {
  const { t } = useTranslation();
  const { open, setOpen } = usePalette();
  const focus = useFocusReturn();
  useHistoryEntry(open, () => setOpen(false));
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 bg-scrim animate-fade" />
        <Dialog.Content
          aria-describedby={undefined}
          onOpenAutoFocus={focus.remember}
          onCloseAutoFocus={focus.giveBack}
          className="fixed inset-x-3 top-3 z-50 mx-auto max-w-xl overflow-hidden rounded-card bg-raised shadow-float animate-rise sm:top-[12vh]"
        >
          <Dialog.Title className="sr-only">{t('frame.search')}</Dialog.Title>
          <Palette onClose={() => setOpen(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
