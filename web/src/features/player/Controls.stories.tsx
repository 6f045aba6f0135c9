import type { Meta, StoryObj } from '@storybook/react-vite';
import { usePlayer } from '@/lib/player/store';
import { RepeatButton, ShuffleButton } from './OrderButtons';
import { SoundMenu } from './SoundMenu';
import { VolumeControl } from './VolumeControl';

function Controls() {
  return (
    <div className="flex items-center">
      <ShuffleButton />
      <RepeatButton />
      <SoundMenu />
      <VolumeControl />
    </div>
  );
}

const show = (state: Partial<ReturnType<typeof usePlayer.getState>>) => [
  async () => {
    usePlayer.setState({ shuffle: false, repeat: 'off', muted: false, volume: 0.8, ...state });
    return {};
  },
];

const meta = { component: Controls } satisfies Meta<typeof Controls>;
export default meta;
type Story = StoryObj<typeof meta>;

export const Off: Story = { loaders: show({}) };
export const On: Story = { loaders: show({ shuffle: true, repeat: 'one' }) };
export const Muted: Story = { loaders: show({ muted: true }) };
