/* Reads a playlist and what is in it anew when somebody else has changed it, or the right to see it has ended. */

import { useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { playlistQuery } from '@/lib/api/playlists/get';
import { itemsQuery } from '@/lib/api/playlists/items';
import { useTopic } from './useRealtime';

export function usePlaylistChanges(id: string): void {
  const client = useQueryClient();
  const listener = useMemo(() => {
    const reload = () => {
      /* a change of one's own that is under way shows already: what the server has before it would take it away for a moment */
      if (client.isMutating() > 0) {
        setTimeout(reload, 300);
        return;
      }
      void client.invalidateQueries({ queryKey: playlistQuery(id).queryKey });
      void client.invalidateQueries({ queryKey: itemsQuery(id).queryKey });
    };
    return { onMessage: reload, reload };
  }, [client, id]);
  useTopic(`playlist:${id}`, listener);
}
