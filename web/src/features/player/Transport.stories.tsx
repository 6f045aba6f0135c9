import type { Meta, StoryObj } from '@storybook/react-vite';
import { usePlayer } from '@/lib/player/store';
import { Transport } from './Transport';

const show = (state: Partial<ReturnType<typeof usePlayer.getState>>) => [
  async () => {
    usePlayer.setState({ isPlaying: false, isBuffering: false, ...state });
    return {};
  },
];

const meta = { component: Transport } satisfies Meta<typeof Transport>;
export default meta;
type Story = StoryObj<typeof meta>;

export const Paused: Story = { loaders: show({}) };
export const Playing: Story = { loaders: show({ isPlaying: true }) };
export const Buffering: Story = { loaders: show({ isPlaying: true, isBuffering: true }) };
export const Large: Story = { args: { size: 'lg' }, loaders: show({ isPlaying: true }) };
