import { useId } from 'react';
import { TrackGrid } from '@/components/track/TrackLists';
import { More } from '@/components/ui/More';
import { useDiscovered, type Order } from '@/lib/api/discover/tracks';

/** A few tracks under a heading, and more when one asks; nothing where there are none. */
export function TrackShelf({ order, title, text }: { order: Order; title: string; text?: string }) {
  const id = useId();
  const tracks = useDiscovered(null, order, 6);
  const items = tracks.data?.pages.flatMap((page) => page.items) ?? [];
  if (items.length === 0) return null;
  return (
    <section aria-labelledby={id} className="mb-12">
      <h2 id={id} className="text-lg">
        {title}
      </h2>
      {text && <p className="mt-1 text-sm text-muted">{text}</p>}
      <div className="mt-4">
        <TrackGrid tracks={items} />
      </div>
      <More list={tracks} small />
    </section>
  );
}
