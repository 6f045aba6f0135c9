import type { Meta, StoryObj } from '@storybook/react-vite';
import { PeaksProgress } from './PeaksProgress';

const meta = { component: PeaksProgress, args: { value: 0.42, label: 'Packing your archive', seed: 'archive' } } satisfies Meta<typeof PeaksProgress>;
export default meta;
type Story = StoryObj<typeof meta>;

export const UnderWay: Story = {};
export const JustBegun: Story = { args: { value: 0.02 } };
export const AlmostDone: Story = { args: { value: 0.97 } };
