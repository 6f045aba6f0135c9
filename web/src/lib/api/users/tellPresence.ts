import { put } from '@/lib/api/client';

export interface PresenceTold {
  status: 'online' | 'away';
  /** What one is listening to, or null. */
  track_id: string | null;
}

export const tellPresence = (presence: PresenceTold) => put('/users/me/presence', { body: presence });
