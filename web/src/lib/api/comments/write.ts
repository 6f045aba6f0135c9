import { useIsMutating, useMutation, useQueryClient } from '@tanstack/react-query';
import { post } from '@/lib/api/client';
import type { Track, TrackComment, User } from '@/lib/api/schema';
import { addComment, holdComments, invalidateComments, replaceComment } from './cache';

/** Characters (code points) that the server takes. */
export const LONGEST_COMMENT = 2000;

const KEY = ['comments', 'write'];
const UNSENT = 'unsent-';

/** A comment as it will be, once the server has it. */
export const draftComment = (track: Pick<Track, 'id' | 'version'>, { id, username, avatar, display_name }: User, content: string, timestamp: number | null): TrackComment => ({
  id: `${UNSENT}${Date.now()}`,
  track_id: track.id,
  track_version: track.version,
  is_of_other_recording: false,
  content,
  timestamp,
  parent_id: null,
  status: 'shown',
  is_edited: false,
  edited_at: null,
  is_deleted: false,
  reply_count: 0,
  created_at: new Date().toISOString(),
  author: { id, username, avatar, display_name },
  is_mine: true,
  may_delete: false,
  may_edit: false,
  may_moderate: false,
});

export const isUnsent = ({ id }: TrackComment) => id.startsWith(UNSENT);

const writeComment = (id: string, { content, timestamp }: TrackComment) => post('/tracks/{id}/comments', { path: { id }, body: { content, timestamp } });

/** Shows the comment at once, and takes it away again when it cannot be sent. */
export function useWriteComment() {
  const client = useQueryClient();
  return useMutation({
    mutationKey: KEY,
    mutationFn: (draft: TrackComment) => writeComment(draft.track_id, draft),
    scope: { id: 'comment' },
    onMutate: async (draft) => {
      await holdComments(client, draft.track_id);
      addComment(client, draft);
    },
    onSuccess: (comment, draft) => replaceComment(client, draft.track_id, draft.id, comment),
    onError: (_error, draft) => replaceComment(client, draft.track_id, draft.id, null),
    onSettled: (_comment, _error, { track_id }) => {
      /* what is still on its way is not in the server's list */
      if (client.isMutating({ mutationKey: KEY }) === 1) void invalidateComments(client, track_id);
    },
  });
}

/** Is any comment still on its way? */
export const useIsWriting = () => useIsMutating({ mutationKey: KEY }) > 0;
