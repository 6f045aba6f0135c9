/* Playlists under a heading, as many as one asks for. Nothing where there are none. */

import type { ComponentProps } from 'react';
import { useId } from 'react';
import { More } from '@/components/ui/More';
import type { Playlist } from '@/lib/api/schema';
import { PlaylistCards } from './PlaylistCards';

interface PlaylistShelfProps {
  list: ComponentProps<typeof More>['list'] & { data: { pages: { items: Playlist[] }[] } | undefined };
  title: string;
  className: string;
  /** All are of one person, whom the page names. */
  ofOne?: boolean;
}

export default function PlaylistShelf({ list, title, className, ofOne = false }: PlaylistShelfProps) {
  const id = useId();
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  if (items.length === 0) return null;
  return (
    <section aria-labelledby={id} className={className}>
      <h2 id={id} className="mb-4 text-lg">
        {title}
      </h2>
      <PlaylistCards items={items} ofOne={ofOne} />
      <More list={list} small />
    </section>
  );
}
