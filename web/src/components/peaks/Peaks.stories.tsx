import type { Meta, StoryObj } from '@storybook/react-vite';
import { MovingPeaks } from './MovingPeaks';
import { PeaksSkeleton } from './PeaksSkeleton';

const meta = { title: 'peaks/Peaks' } satisfies Meta;
export default meta;
type Story = StoryObj<typeof meta>;

export const Loading: Story = { render: () => <PeaksSkeleton /> };
export const Playing: Story = { render: () => <MovingPeaks playing className="size-10 text-accent-text" /> };
export const Paused: Story = { render: () => <MovingPeaks playing={false} className="size-10 text-muted" /> };
