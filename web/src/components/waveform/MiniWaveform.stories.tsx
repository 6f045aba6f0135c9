import type { Meta, StoryObj } from '@storybook/react-vite';
import { MiniWaveform } from './MiniWaveform';

const meta = {
  component: MiniWaveform,
  args: { waveform: undefined, seed: 'harbour-lights', played: 0, className: 'h-8' },
} satisfies Meta<typeof MiniWaveform>;
export default meta;
type Story = StoryObj<typeof meta>;

export const Unheard: Story = {};
export const HalfHeard: Story = { args: { played: 0.5 } };
