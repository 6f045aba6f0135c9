/* Reads a track anew when its owner has edited it, or the right to see it has ended. */

import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { trackQuery } from '@/lib/api/tracks/get';
import { useTopic } from './useRealtime';

export function useTrackChanges(id: string): void {
  const client = useQueryClient();
  const listener = useMemo(() => {
    const reload = () => void client.invalidateQueries({ queryKey: trackQuery(id).queryKey });
    return { onMessage: reload, reload };
  }, [client, id]);
  useTopic(`track:${id}`, listener);
}
