import type { Meta, StoryObj } from '@storybook/react-vite';
import { QueueRow } from './QueueRow';

const entry = {
  key: 'k1',
  id: '7f0e1c52-5c1e-4b51-9a55-0d4f9be9a001',
  title: 'Harbour Lights',
  artist: 'Mira Solène',
  cover_url: null,
  duration_ms: 225_000,
  stream_manifest_url: null,
  loudness_lufs: null,
  true_peak_dbtp: null,
  creator: { id: 'c', username: 'mira', avatar: null, display_name: 'Mira' },
  waveform_url: null,
};
const nothing = () => undefined;
const handle = { 'data-handle': 'k1', onPointerDown: nothing, onKeyDown: nothing };

const meta = {
  component: QueueRow,
  args: { entry, place: 'coming', isPlaying: false, isDragged: false, handle, onPlay: nothing, onRemove: nothing },
} satisfies Meta<typeof QueueRow>;
export default meta;
type Story = StoryObj<typeof meta>;

export const Coming: Story = {};
export const Current: Story = { args: { place: 'current', isPlaying: true } };
export const Played: Story = { args: { place: 'played' } };
export const Similar: Story = { args: { entry: { ...entry, isSimilar: true } } };
export const Carried: Story = { args: { isDragged: true } };
export const LongTitle: Story = { args: { entry: { ...entry, title: 'A title so long that it cannot possibly fit in a row of the queue, whatever one tries' } } };
