/* The audio graph: deck → its loudness gain → mixer → volume → speakers, with an analyser before the volume. */

import { normalisationGain, volumeGain, type LoudnessTarget } from './gain';
import { createMixer, type Mixer } from './mixer';
import type { Joined } from './joiner';
import type { EngineTrack } from './types';

/** Time constant of every change of gain, in seconds. */
const RAMP = 0.03;

export interface Graph {
  readonly context: AudioContext;
  readonly mixer: Mixer;
  readonly analyser: AnalyserNode;
  readonly output: GainNode;
  /** Loudness gain of a deck, `now` while nothing is heard from it. `renditionGain`: by how many dB its rendition differs from the source. */
  setLoudness(deck: number, track: EngineTrack | null, renditionGain: number, target: LoudnessTarget, now: boolean): void;
  setVolume(volume: number, muted: boolean): void;
  loudnessGain(deck: number): number;
}

export async function createGraph(
  context: AudioContext,
  elements: readonly HTMLMediaElement[],
  onJoined: (joined: Joined) => void,
): Promise<Graph> {
  const mixer = await createMixer(context, onJoined);
  const gains = elements.map((element, deck) => {
    const gain = context.createGain();
    context.createMediaElementSource(element).connect(gain);
    mixer.connectDeck(gain, deck);
    return gain;
  });
  const analyser = context.createAnalyser();
  analyser.fftSize = 2048;
  analyser.smoothingTimeConstant = 0.75;
  analyser.minDecibels = -85;
  analyser.maxDecibels = -12;
  const output = context.createGain();
  mixer.connect(analyser);
  mixer.connect(output);
  output.connect(context.destination);

  return {
    context,
    mixer,
    analyser,
    output,
    setLoudness(deck, track, renditionGain, target, now) {
      const gain = gains[deck]?.gain;
      if (!gain) return;
      const value = track ? normalisationGain(target, track.loudnessLufs, track.truePeakDbtp, renditionGain) : 1;
      gain.cancelScheduledValues(context.currentTime);
      if (now) gain.setValueAtTime(value, context.currentTime);
      else gain.setTargetAtTime(value, context.currentTime, RAMP);
    },
    setVolume(volume, muted) {
      output.gain.cancelScheduledValues(context.currentTime);
      output.gain.setTargetAtTime(muted ? 0 : volumeGain(volume), context.currentTime, RAMP);
    },
    loudnessGain: (deck) => gains[deck]?.gain.value ?? 1,
  };
}
