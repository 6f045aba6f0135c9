/* The host's browser plays what the session says, and goes on to the next when a track is over. The host's own queue is kept behind it. */

import { useEffect, useRef, useState } from 'react';
import type { SharedItem } from '@/lib/api/queue/session';
import { goOn, tellPlace } from '@/lib/api/queue/sessionActs';
import { clock } from '@/lib/player/clock';
import type { PlayerTrack } from '@/lib/player/contract';
import { usePlayer } from '@/lib/player/store';

const TELL_MS = 15_000;
/** Stopped this near to its end, a track is over. */
const END_S = 1;

function toTrack(item: SharedItem): PlayerTrack | null {
  const { track_id, title, artist, duration_ms, cover_url, waveform_url, stream_manifest_url, loudness_lufs, true_peak_dbtp, creator } = item;
  if (!track_id || !creator || !stream_manifest_url) return null;
  return { id: track_id, title: title ?? '', artist, cover_url, duration_ms: duration_ms ?? 0, stream_manifest_url, loudness_lufs, true_peak_dbtp, creator, waveform_url };
}

type Act = <T>(work: () => Promise<T>) => Promise<T | undefined>;

export function useHosting(token: string, current: SharedItem | undefined, act: Act) {
  const [isHosting, setHosting] = useState(false);
  const item = useRef<SharedItem | undefined>(undefined);

  useEffect(() => {
    if (!isHosting || item.current?.id === current?.id) return;
    item.current = current;
    if (!current) {
      usePlayer.getState().pause();
      setHosting(false);
      return;
    }
    const track = toTrack(current);
    if (track) usePlayer.getState().playNow(track, []);
    else void act(() => goOn(token, current.id)); // gone meanwhile, or not for the host
  }, [act, current, isHosting, token]);

  useEffect(() => {
    if (!isHosting) return undefined;
    const tell = () => {
      const { isPlaying, current: loaded } = usePlayer.getState();
      const playing = item.current;
      if (!playing || loaded?.id !== playing.track_id) return;
      tellPlace(token, { item: playing.id, offset_ms: Math.round(clock.position * 1000), is_playing: isPlaying }).catch(() => undefined); // told again soon
    };
    const timer = setInterval(tell, TELL_MS);
    const stop = usePlayer.subscribe((now, before) => {
      const playing = item.current;
      if (!playing || before.current?.id !== playing.track_id) return;
      const isOver = before.isPlaying && !now.isPlaying && now.current === before.current && clock.duration > 0 && clock.position > clock.duration - END_S;
      if (isOver || (now.current !== before.current && now.current?.key === now.wentOnTo)) {
        item.current = undefined;
        if (isOver) usePlayer.setState({ queue: [...now.queue] }); // nothing similar follows by itself: that is looked for as long as the queue is the same
        else now.pause();
        void act(() => goOn(token, playing.id));
      } else if (now.current !== before.current) setHosting(false); // the host plays something else
      else if (now.isPlaying !== before.isPlaying) tell();
    });
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [act, isHosting, token]);

  async function begin(): Promise<void> {
    item.current = undefined;
    if (!current && !(await act(() => goOn(token, null)))?.current_item) return;
    setHosting(true);
  }

  return { isHosting, begin };
}
