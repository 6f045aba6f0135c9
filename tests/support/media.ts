/** Sound made for tests, and what FFmpeg says of what came back. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { deflateSync, crc32 } from 'node:zlib';

const run = promisify(execFile);

export interface Sound {
  sampleRate: number;
  channels: number;
  /** Interleaved 16-bit samples. */
  samples: Int16Array;
}

/** Chords with a beat and a little noise: something that codecs, loudness meters and ears can tell apart. The same seed gives the same sound. */
export function makeSound(seconds: number, { sampleRate = 44100, channels = 2, seed = 1, gain = 0.4 } = {}): Sound {
  const frames = Math.round(seconds * sampleRate);
  const samples = new Int16Array(frames * channels);
  let state = seed * 2654435761 >>> 0;
  const noise = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const root = 110 * 2 ** ((seed % 12) / 12);
  for (let i = 0; i < frames; i++) {
    const t = i / sampleRate, beat = Math.exp(-6 * (t * 2 % 1));
    for (let c = 0; c < channels; c++) {
      const tone = Math.sin(2 * Math.PI * root * t) + 0.6 * Math.sin(2 * Math.PI * root * 1.5 * t + c) + 0.4 * Math.sin(2 * Math.PI * root * 2.52 * t);
      samples[i * channels + c] = Math.round(32767 * gain * (0.3 * tone * (0.5 + 0.5 * beat) + 0.15 * beat * noise()));
    }
  }
  return { sampleRate, channels, samples };
}

export function wavHeader(dataBytes: number, { sampleRate = 44100, channels = 2, bits = 16 } = {}): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(Math.min(36 + dataBytes, 0xffffffff), 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * channels * bits / 8, 28);
  header.writeUInt16LE(channels * bits / 8, 32);
  header.writeUInt16LE(bits, 34);
  header.write('data', 36);
  header.writeUInt32LE(Math.min(dataBytes, 0xffffffff), 40);
  return header;
}

export const pcm = (sound: Sound) => Buffer.from(sound.samples.buffer, sound.samples.byteOffset, sound.samples.byteLength);
export const wav = (sound: Sound) => Buffer.concat([wavHeader(sound.samples.byteLength, sound), pcm(sound)]);

/** What a real decoder makes of a file: 16-bit samples, interleaved. */
export async function decode(file: string, more: string[] = []): Promise<Buffer> {
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', file, ...more, '-map', '0:a:0', '-f', 's16le', '-c:a', 'pcm_s16le', '-'], { encoding: 'buffer', maxBuffer: 2 ** 30 });
  return stdout;
}

/** Integrated loudness in LUFS by FFmpeg's meter (EBU R128). */
export async function loudness(file: string): Promise<number> {
  const { stderr } = await run('ffmpeg', ['-nostats', '-i', file, '-af', 'ebur128', '-f', 'null', '-'], { maxBuffer: 2 ** 26 });
  return Number([...stderr.matchAll(/I:\s+(-?[\d.]+) LUFS/g)].at(-1)![1]);
}

export async function encodeWith(input: string, output: string, options: string[]): Promise<void> {
  await run('ffmpeg', ['-v', 'error', '-y', '-i', input, ...options, output]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc(body), body.length + 4);
  return out;
}

function crc(data: Buffer): number {
  if (typeof crc32 === 'function') return crc32(data);
  let c = 0xffffffff;
  for (const byte of data) {
    c ^= byte;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  }
  return (c ^ 0xffffffff) >>> 0;
}

/** A colour picture as PNG. */
export function png(width: number, height: number): Buffer {
  const rows = Buffer.alloc(height * (width * 3 + 1));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows.set([(x * 255) / width, (y * 255) / height, 128], y * (width * 3 + 1) + 1 + x * 3);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}
