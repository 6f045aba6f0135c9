import type { Meta, StoryObj } from '@storybook/react-vite';
import { track } from '@/testing/fixtures';
import { TrackGrid, TrackStrips } from './TrackLists';
import { TrackGridSkeleton, TrackStripsSkeleton } from './TrackSkeletons';

const meta = { title: 'track/Lists' } satisfies Meta;
export default meta;
type Story = StoryObj<typeof meta>;

const tracks = ['Night Ferry', 'Kerosene Waltz', 'Salt Lines', 'The Long Way Home From Nowhere in Particular'].map((title, i) =>
  track({ id: `story-${i}`, title, is_explicit: i === 1 }),
);

export const Strips: Story = { render: () => <TrackStrips tracks={tracks} /> };
export const Grid: Story = { render: () => <TrackGrid tracks={tracks} /> };
export const StripsLoading: Story = { render: () => <TrackStripsSkeleton /> };
export const GridLoading: Story = { render: () => <TrackGridSkeleton count={6} /> };
