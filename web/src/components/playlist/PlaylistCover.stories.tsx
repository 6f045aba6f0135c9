import type { Meta, StoryObj } from '@storybook/react-vite';
import { PlaylistCover } from './PlaylistCover';

const cover = (id: string) => ({ id, title: id, cover_url: null, waveform_url: null });

const meta = {
  component: PlaylistCover,
  args: { playlist: { id: 'late-trains', covers: [] }, sizes: '160px', className: 'size-40 rounded-card' },
} satisfies Meta<typeof PlaylistCover>;
export default meta;
type Story = StoryObj<typeof meta>;

export const Empty: Story = {};
export const OneTrack: Story = { args: { playlist: { id: 'late-trains', covers: [cover('a')] } } };
export const Mosaic: Story = { args: { playlist: { id: 'late-trains', covers: ['a', 'b', 'c', 'd'].map(cover) } } };
