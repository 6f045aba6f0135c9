/* Radio from a track: it fills the queue and goes on by itself, as long as the queue is its own. It remembers on the server what it played. */

import i18next from 'i18next';
import { nextOfRadio, startRadio } from '@/lib/api/discover/radio';
import { tellProblem } from '@/lib/toast/problem';
import { toast } from '@/lib/toast/store';
import { isPlayable, toPlayerTrack, type PlayerTrack } from './contract';
import { playList } from './play';
import { usePlayer } from './store';

/** So many are to come at least. */
const AHEAD = 3;

interface Radio {
  id: string;
  tracks: Set<string>;
  told: Set<string>;
}

let radio: Radio | null = null;
let starting: Radio | null = null; /* until its first tracks are there, what plays is none of it */
let busy = false;

async function more({ id, told }: Radio): Promise<PlayerTrack[]> {
  const { items, relaxed } = await nextOfRadio(id);
  for (const rule of ['artist_spacing', 'repeats'] as const) {
    if (!relaxed.includes(rule) || told.has(rule)) continue;
    told.add(rule);
    toast(i18next.t(`player.radio.${rule}`));
  }
  return items.filter(isPlayable).map(toPlayerTrack);
}

/** The radio ends where somebody plays something else. */
async function goOn(): Promise<void> {
  const { queue, index, current } = usePlayer.getState();
  if (!radio || busy || !current) return;
  if (!radio.tracks.has(current.id)) {
    radio = null;
    return;
  }
  if (queue.length - index > AHEAD) return;
  const now = radio;
  busy = true;
  try {
    const tracks = await more(now);
    if (radio !== now) return;
    if (tracks.length === 0) {
      radio = null;
      toast(i18next.t('player.radio.over'));
    }
    for (const track of tracks) {
      now.tracks.add(track.id);
      usePlayer.getState().addSimilar(track);
    }
  } catch {
    radio = null; /* the queue goes on as any other */
  } finally {
    busy = false;
  }
}

let listening = false;

/** Plays the track, and then what the radio chooses. */
export async function playRadio(track: PlayerTrack): Promise<void> {
  try {
    const { id } = await startRadio(track.id);
    const next = { id, tracks: new Set([track.id]), told: new Set<string>() };
    radio = null;
    starting = next;
    const tracks = await more(next);
    if (starting !== next) return;
    for (const one of tracks) next.tracks.add(one.id);
    playList([track, ...tracks], 0);
    radio = next;
    toast(i18next.t('track.radio_started', { title: track.title }));
    if (!listening) {
      listening = true;
      usePlayer.subscribe((state, before) => {
        if (state.current?.key !== before.current?.key) void goOn();
      });
    }
  } catch (error) {
    tellProblem(error);
  }
}
