import { useRef, useState } from 'react';

export interface Selection {
  ids: ReadonlySet<string>;
  /** `range`: also what lies between it and the last one that was ticked or cleared. */
  toggle: (id: string, range: boolean) => void;
  all: () => void;
  none: () => void;
}

/** Which of the rows are ticked. A row that is not in the list any more is not ticked either. */
export function useSelection(rows: readonly { id: string }[]): Selection {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  const last = useRef<string | null>(null);
  const ids = new Set(rows.flatMap(({ id }) => (ticked.has(id) ? id : [])));

  function toggle(id: string, range: boolean) {
    const to = rows.findIndex((row) => row.id === id);
    const from = range ? rows.findIndex((row) => row.id === last.current) : to;
    const between = rows.slice(Math.min(from < 0 ? to : from, to), Math.max(from, to) + 1);
    const next = new Set(ids);
    for (const row of between) {
      if (ids.has(id)) next.delete(row.id);
      else next.add(row.id);
    }
    last.current = id;
    setTicked(next);
  }
  return { ids, toggle, all: () => setTicked(new Set(rows.map(({ id }) => id))), none: () => setTicked(new Set()) };
}
