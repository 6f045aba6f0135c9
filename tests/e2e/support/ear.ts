/** What is heard: measured in the page, behind the player's mixer and before the volume. */
import type { Page } from 'playwright-core';
import { until } from '../../support/wait.ts';

/** The player's window for automated browsers (web/src/lib/player/debug.ts), as far as these tests look through it. */
interface Probe {
  engine: {
    internals: { graph: { context: AudioContext; mixer: { connect(node: AudioNode): void }; output: GainNode } | null };
    playing: boolean;
    track: { id: string } | null;
  };
  rms(): number;
  position(): number;
  duration(): number;
  rendition(): string | null;
  loudnessGain(): number;
  gapless(): boolean;
}

interface Ears {
  left: AnalyserNode;
  right: AnalyserNode;
}

declare global {
  interface Window {
    __veza_audio?: Probe;
    ears?: Ears;
    tape?: { chunks: Float32Array[]; stop(): void };
  }
}

export interface Heard {
  track: string | null;
  playing: boolean;
  position: number;
  duration: number;
  rendition: string | null;
  loudnessGain: number;
  volume: number;
  /** Root mean square of each channel. */
  left: number;
  right: number;
  /** Loudest frequency of each channel, in hertz. */
  leftHz: number;
  rightHz: number;
}

/** Null before the first sound. */
export function listen(page: Page): Promise<Heard | null> {
  return page.evaluate(() => {
    const probe = window.__veza_audio;
    const graph = probe?.engine.internals.graph;
    if (!probe || !graph) return null;
    if (!window.ears) {
      const splitter = graph.context.createChannelSplitter(2);
      graph.mixer.connect(splitter);
      const ear = (channel: number) => {
        const analyser = graph.context.createAnalyser();
        analyser.fftSize = 16384;
        analyser.smoothingTimeConstant = 0;
        splitter.connect(analyser, channel);
        return analyser;
      };
      window.ears = { left: ear(0), right: ear(1) };
    }
    const rms = (analyser: AnalyserNode) => {
      const samples = new Float32Array(analyser.fftSize);
      analyser.getFloatTimeDomainData(samples);
      return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
    };
    const loudest = (analyser: AnalyserNode) => {
      const bins = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatFrequencyData(bins);
      return (bins.indexOf(bins.reduce((most, x) => Math.max(most, x))) * graph.context.sampleRate) / analyser.fftSize;
    };
    const { left, right } = window.ears;
    return {
      track: probe.engine.track?.id ?? null, playing: probe.engine.playing, position: probe.position(), duration: probe.duration(), rendition: probe.rendition(),
      loudnessGain: probe.loudnessGain(), volume: graph.output.gain.value, left: rms(left), right: rms(right), leftHz: loudest(left), rightHz: loudest(right),
    };
  });
}

/** Waits until what is heard is as wanted. */
export function hear(page: Page, what: string, wanted: (heard: Heard) => boolean, seconds = 20): Promise<Heard> {
  let last: Heard | null = null;
  return until(`to hear ${what}`, async () => {
    last = await listen(page);
    return last && wanted(last) && last;
  }, seconds, 50).catch((error: unknown) => {
    throw new Error(`${String(error)}; heard ${JSON.stringify(last)}`);
  });
}

/** Sound comes out and the position moves on by more than `by` seconds. */
export async function hearIt(page: Page, by = 0.3): Promise<Heard> {
  const first = await hear(page, 'sound', (now) => now.playing && now.left > 0.005 && now.right > 0.005);
  return hear(page, 'it go on', (now) => now.left > 0.005 && (now.position > first.position + by || now.track !== first.track));
}

/** Starts to record the left channel behind the mixer. */
export async function record(page: Page): Promise<void> {
  await page.evaluate(() => {
    const graph = window.__veza_audio?.engine.internals.graph;
    if (!graph) throw new Error('there is no sound to record');
    const recorder = graph.context.createScriptProcessor(16384, 2, 2);
    const chunks: Float32Array[] = [];
    recorder.onaudioprocess = (event) => chunks.push(event.inputBuffer.getChannelData(0).slice());
    graph.mixer.connect(recorder);
    recorder.connect(graph.context.destination); /* its output is silence; unconnected it would not run */
    window.tape = { chunks, stop: () => recorder.disconnect() };
  });
}

export interface Tape {
  sampleRate: number;
  samples: Float32Array;
}

export async function stopRecording(page: Page): Promise<Tape> {
  const { sampleRate, base64 } = await page.evaluate(async () => {
    const { tape } = window;
    const graph = window.__veza_audio?.engine.internals.graph;
    if (!tape || !graph) throw new Error('nothing was recorded');
    tape.stop();
    const url = await new Promise<string>((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve(reader.result as string);
      reader.readAsDataURL(new Blob(tape.chunks as BlobPart[]));
    });
    return { sampleRate: graph.context.sampleRate, base64: url.slice(url.indexOf(',') + 1) };
  });
  const bytes = Buffer.from(base64, 'base64');
  return { sampleRate, samples: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)) };
}
