import { expect, it } from 'vitest';
import { track } from '@/testing/fixtures';
import { isPlayable } from './contract';
import { trackOf } from './listed';

const listed = { ...track(), track_id: 'track-7' };

it('is played only where the server names a stream', () => {
  const heard = trackOf(listed);
  expect(heard).toMatchObject({ id: 'track-7', title: listed.title, is_liked: listed.is_liked });
  expect(heard && isPlayable(heard)).toBe(true);
  const silent = trackOf({ ...listed, stream_manifest_url: null });
  expect(silent && isPlayable(silent)).toBe(false);
});

it.each(['track_id', 'title', 'creator'])('is no track without its %s', (name) => expect(trackOf({ ...listed, [name]: null })).toBeNull());
