import { describe, expect, it, vi } from 'vitest';
import { StemPlayer, type Stem } from './stems';

const RATE = 48000;
const SEGMENT = 131072;

/** As much of a context as the player needs; notes what was started. */
function fakeContext() {
  const started: { buffer: { name: string }; when: number; offset: number; stopped: boolean }[] = [];
  const gains: { value: number }[] = [];
  const gainNode = () => {
    const gain = { value: 1, cancelScheduledValues() {}, setTargetAtTime: (value: number) => void (gain.value = value), setValueAtTime: (value: number) => void (gain.value = value) };
    gains.push(gain);
    return { gain, connect() {}, disconnect() {} };
  };
  const context = {
    sampleRate: RATE,
    currentTime: 0,
    destination: {},
    createGain: gainNode,
    createBufferSource: () => {
      const source = { buffer: null as unknown as { name: string }, connect() {}, start: (when: number, offset: number) => void started.push(Object.assign(note, { buffer: source.buffer, when, offset })), stop: () => void (note.stopped = true) };
      const note = { buffer: source.buffer, when: 0, offset: 0, stopped: false };
      return source;
    },
    decodeAudioData: (bytes: unknown) => Promise.resolve({ name: bytes, length: SEGMENT }),
  };
  return { context, started, gains };
}

const stem = (id: string, segments = 5, offset = 0): Stem => ({ id, samples: segments * SEGMENT, offset, segments });

function player(stems: Stem[], load = (one: Stem, n: number) => Promise.resolve(`${one.id}${n}` as unknown as ArrayBuffer)) {
  vi.stubGlobal('AudioContext', function () {});
  const fake = fakeContext();
  const loads = vi.fn(load);
  const made = new StemPlayer(stems, { context: fake.context as unknown as BaseAudioContext, segmentSamples: SEGMENT, load: loads, onChange() {} });
  /** Frames of the context at which each segment begins, less what of it is left out. */
  const places = (id: string) => Object.fromEntries(fake.started.filter(({ buffer, stopped }) => buffer.name.startsWith(id) && !stopped).map(({ buffer, when, offset }) => [buffer.name, Math.round((when - offset) * RATE)]));
  return { ...fake, made, loads, places };
}

describe('the stem player', () => {
  it('starts each segment at its frame, and all stems together', async () => {
    const { made, context, places, started } = player([stem('a'), stem('b', 5, 1000), stem('c', 5, -SEGMENT - 7)]);
    await made.play();
    const origin = 4800;
    await made.fill();
    made.pump();
    expect(places('a')).toEqual({ a0: origin, a1: origin + SEGMENT, a2: origin + 2 * SEGMENT });
    expect(places('b')).toEqual({ b0: origin + 1000, b1: origin + 1000 + SEGMENT });
    expect(places('c')).toMatchObject({ c1: origin - 7, c2: origin - 7 + SEGMENT });
    expect(started.every(({ when }) => when * RATE >= origin - 0.001), 'nothing begins before all can').toBe(true);
    context.currentTime = (origin + SEGMENT + 5000) / RATE;
    expect(made.position).toBe(SEGMENT + 5000);
    made.pump();
    await made.fill();
    made.pump();
    expect(places('a')).toMatchObject({ a3: origin + 3 * SEGMENT });
    made.pause();
  });

  it('does not load what nobody hears, and lets it join at its place', async () => {
    const { made, context, places, loads } = player([stem('a'), stem('b')]);
    made.setLevel('b', { gain: 1, muted: true, solo: false });
    await made.play();
    expect(loads.mock.calls.some(([one]) => one.id === 'b')).toBe(false);
    context.currentTime = 1;
    made.setLevel('b', { gain: 1, muted: false, solo: false });
    await made.fill();
    made.pump();
    expect(places('b').b0).toBe(places('a').a0);
    made.pause();
  });

  it('hears only what is solo', () => {
    const { made, gains } = player([stem('a'), stem('b')]);
    const [, , a, b] = gains;
    made.setLevel('b', { gain: 0.5, muted: true, solo: true });
    expect([a?.value, b?.value]).toEqual([0, 0.5]);
    made.setLevel('b', { gain: 0.5, muted: true, solo: false });
    expect([a?.value, b?.value]).toEqual([1, 0]);
  });

  it('waits with all stems when one does not come, and goes on from where it stopped', async () => {
    let arrive = () => {};
    const { made, context, started } = player([stem('a'), stem('b')], (one, n) =>
      one.id === 'b' && n === 3 ? new Promise((resolve) => (arrive = () => resolve('b3' as unknown as ArrayBuffer))) : Promise.resolve(`${one.id}${n}` as unknown as ArrayBuffer));
    await made.play();
    context.currentTime = (4800 + 1.5 * SEGMENT) / RATE;
    made.pump();
    await vi.waitFor(() => expect(started.some(({ buffer }) => buffer.name === 'a3')).toBe(true));
    context.currentTime = (4800 + 2.9 * SEGMENT) / RATE;
    made.pump();
    expect([made.playing, made.buffering]).toEqual([true, true]);
    const { position } = made;
    arrive();
    await vi.waitFor(() => expect(made.buffering).toBe(false));
    expect(made.position).toBe(position);
    made.pause();
  });

  it('seeks, and stops at the end', async () => {
    const { made, context, places } = player([stem('a', 2)]);
    made.seek(SEGMENT + 100);
    await made.play();
    expect(places('a')).toEqual({ a1: 4800 - 100 });
    context.currentTime = (4800 + SEGMENT) / RATE;
    made.pump();
    expect([made.playing, made.position]).toEqual([false, 0]);
  });

  it('tells when a segment cannot be had', async () => {
    const { made } = player([stem('a')], () => Promise.reject(new Error('gone')));
    await made.play();
    expect([made.playing, made.error]).toEqual([false, new Error('gone')]);
  });
});
