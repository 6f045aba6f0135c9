import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import { progressQuery } from '@/lib/api/tracks/progress';
import { takeMessage } from './own';

describe('messages about a track that is processed', () => {
  const message = { type: 'track.progress', topic: 'user:1', number: 1, track_id: 't1', status: 'processing' } as const;
  const { queryKey } = progressQuery('t1');

  it('say that a first quality can be played, and how far the others are', () => {
    const client = new QueryClient();
    client.setQueryData(queryKey, { status: 'processing', stage: 'transcoding', progress: 0.4, stream_status: 'pending' } as never);
    takeMessage(client, { ...message, stage: 'playable', progress: 0.1 });
    expect(client.getQueryData(queryKey)).toEqual({ status: 'processing', stage: 'transcoding', progress: 0.4, stream_status: 'ready' });
    takeMessage(client, { ...message, stage: 'transcoding', progress: 0.7 });
    expect(client.getQueryData(queryKey)).toEqual({ status: 'processing', stage: 'transcoding', progress: 0.7, stream_status: 'ready' });
  });

  it('are left out where nobody asked for the progress', () => {
    const client = new QueryClient();
    takeMessage(client, { ...message, stage: 'playable', progress: 0.1 });
    expect(client.getQueryData(queryKey)).toBeUndefined();
  });
});
