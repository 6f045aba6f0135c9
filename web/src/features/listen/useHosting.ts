/* The host's browser plays what the session says, and goes on to the next when a track is over. The host's own queue stays as it is (lib/player/aside.ts). */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { hasCode } from '@/lib/api/problem';
import { mayTryAgain, problemText } from '@/lib/api/problemText';
import { sessionKey, type SharedItem } from '@/lib/api/queue/session';
import { goOn, tellPlace } from '@/lib/api/queue/sessionActs';
import { endAside, playAside, type Aside } from '@/lib/player/aside';
import { clock } from '@/lib/player/clock';
import type { PlayerTrack } from '@/lib/player/contract';
import { usePlayer } from '@/lib/player/store';
import { toast } from '@/lib/toast/store';

const TELL_MS = 15_000;
const RETRY_MS = { first: 1000, most: 16_000 };

function toTrack(item: SharedItem): PlayerTrack | null {
  const { track_id, title, artist, duration_ms, cover_url, waveform_url, stream_manifest_url, loudness_lufs, true_peak_dbtp, creator } = item;
  if (!track_id || !creator || !stream_manifest_url) return null;
  return { id: track_id, title: title ?? '', artist, cover_url, duration_ms: duration_ms ?? 0, stream_manifest_url, loudness_lufs, true_peak_dbtp, creator, waveform_url };
}

/** `items`: what is played, if anything is, and what waits. */
export function useHosting(token: string, items: readonly SharedItem[]) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [isHosting, setHosting] = useState(false);
  /** What the player plays of the session. */
  const aside = useRef<(Aside & { item: string }) | null>(null);
  const isChanging = useRef(false);
  const current = items.find((item) => item.is_current);
  const waits = items.length > 0;

  /** Where the answer is lost, the session has gone on or not: asking once more is refused then, and what it plays is read. */
  const { mutate: leave, isPending } = useMutation({
    mutationFn: (leaving: string | null) => goOn(token, leaving),
    retry: (_, error) => mayTryAgain(error),
    retryDelay: (attempt) => Math.min(RETRY_MS.first * 2 ** attempt, RETRY_MS.most),
    onError: (error) => {
      if (hasCode(error, 'conflict')) return;
      toast(problemText(error, t), 'danger');
      setHosting(false);
    },
    onSettled: () => client.invalidateQueries({ queryKey: sessionKey(token) }),
  });

  useEffect(() => {
    if (!isHosting || isPending || (current && aside.current?.item === current.id)) return;
    const before = aside.current;
    const track = current && toTrack(current);
    isChanging.current = true;
    if (current && track) aside.current = { ...playAside(track, before), item: current.id };
    else if (before) {
      aside.current = null;
      endAside(before);
    }
    isChanging.current = false;
    if (!track && waits) leave(current?.id ?? null); // gone meanwhile, or not for the host; or something waits again
  }, [current, isHosting, isPending, leave, waits]);

  useEffect(() => {
    if (!isHosting) return undefined;
    const tell = () => {
      const playing = aside.current;
      if (!playing) return;
      tellPlace(token, { item: playing.item, offset_ms: Math.round(clock.position * 1000), is_playing: usePlayer.getState().isPlaying }).catch(() => undefined); // told again soon
    };
    const timer = setInterval(tell, TELL_MS);
    const stop = usePlayer.subscribe((now, before) => {
      const playing = aside.current;
      if (isChanging.current) return;
      if (!playing ? now.isPlaying && !before.isPlaying : now.current?.key !== playing.key) setHosting(false); // the host plays something else
      else if (playing && before.stopsAfter === playing.key && now.stopsAfter === null) leave(playing.item);
      else if (now.isPlaying !== before.isPlaying) tell();
    });
    return () => {
      clearInterval(timer);
      stop();
    };
  }, [isHosting, leave, token]);

  /* Whoever leaves the page hears the track to its end, and goes on with their own queue. */
  useEffect(() => {
    if (!isHosting) return undefined;
    return () => {
      const last = aside.current;
      aside.current = null;
      if (last && usePlayer.getState().current?.key !== last.key) endAside(last);
      else usePlayer.setState({ stopsAfter: null });
    };
  }, [isHosting]);

  const begin = () => {
    setHosting(true);
    if (!current) leave(null); // what waits, or the list that the host chose
  };
  return { isHosting, begin };
}
