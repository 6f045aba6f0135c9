import { useMemo, useSyncExternalStore } from 'react';
import type { Track } from '@/lib/api/schema';
import { chapterAt, chaptersIn } from '@/lib/format/chapters';
import { clock } from './clock';
import { usePlayer } from './store';

type Described = Pick<Track, 'id' | 'description' | 'duration_ms'>;

export function useChapters(track: Described | undefined) {
  const { description = null, duration_ms = null } = track ?? {};
  return useMemo(() => chaptersIn(description ?? '', (duration_ms ?? 0) / 1000), [description, duration_ms]);
}

/** The chapter that the play head is in; undefined while another track is loaded. */
export function useChapter(track: Described | undefined) {
  const { chapters } = useChapters(track);
  const isCurrent = usePlayer((s) => track !== undefined && s.current?.id === track.id);
  return useSyncExternalStore(clock.subscribe, () => (isCurrent ? chapterAt(chapters, clock.position) : undefined));
}
