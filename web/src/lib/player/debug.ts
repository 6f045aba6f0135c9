/* A window into the engine for automated browsers. Others never fetch it. */

import type { Engine } from '@/lib/audio/engine';

export interface AudioProbe {
  engine: Engine;
  /** Root mean square of what is heard before the volume, 0 while there is no sound yet. */
  rms(): number;
  position(): number;
  duration(): number;
  rendition(): string | null;
  /** Gain that loudness normalisation gives the current track. */
  loudnessGain(): number;
  gapless(): boolean;
}

declare global {
  interface Window {
    __veza_audio?: AudioProbe;
  }
}

export function exposeForTests(engine: Engine): void {
  let samples = new Float32Array(0);
  window.__veza_audio = {
    engine,
    rms() {
      const { analyser } = engine;
      if (!analyser) return 0;
      if (samples.length !== analyser.fftSize) samples = new Float32Array(analyser.fftSize);
      analyser.getFloatTimeDomainData(samples);
      return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
    },
    position: () => engine.position,
    duration: () => engine.duration,
    rendition: () => engine.internals.decks[engine.internals.active]?.rendition ?? null,
    loudnessGain: () => engine.internals.graph?.loudnessGain(engine.internals.active) ?? 1,
    gapless: () => engine.internals.graph?.mixer.gapless ?? false,
  };
}
