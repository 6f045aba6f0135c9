import type { Meta, StoryObj } from '@storybook/react-vite';
import type { WaveformData } from '@/lib/api/tracks/waveform';
import { Waveform, type WaveformClock } from './Waveform';

const waveform: WaveformData = {
  version: 2,
  channels: 1,
  sample_rate: 44_100,
  samples_per_pixel: 441,
  bits: 8,
  length: 1000,
  data: Array.from({ length: 1000 }, (_, i) => {
    const loud = Math.round(120 * Math.abs(Math.sin(i / 37) * Math.sin(i / 190) * Math.cos(i / 11)));
    return [-loud, loud];
  }).flat(),
};

/** A clock that stands still, or jumps when one seeks. */
function standing(position: number, bufferedEnd = 150): WaveformClock & { jump: (seconds: number) => void } {
  const listeners = new Set<() => void>();
  let now = position;
  return {
    get position() {
      return now;
    },
    duration: 225,
    bufferedEnd,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    jump(seconds) {
      now = seconds;
      for (const listener of listeners) listener();
    },
  };
}

const quarter = standing(83);
const start = standing(0, 0);

const meta = {
  component: Waveform,
  args: { waveform, seed: 'low-tide', clock: quarter, onSeek: quarter.jump, label: 'Position in Low Tide', className: 'h-16' },
} satisfies Meta<typeof Waveform>;
export default meta;
type Story = StoryObj<typeof meta>;

export const Fine: Story = {};
export const Bold: Story = { args: { look: 'bold', className: 'h-28' } };
export const WaitingForPeaks: Story = { args: { waveform: undefined, clock: start, onSeek: start.jump } };
