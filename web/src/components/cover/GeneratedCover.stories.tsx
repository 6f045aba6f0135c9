import type { Meta, StoryObj } from '@storybook/react-vite';
import { GeneratedCover } from './GeneratedCover';

const meta = { component: GeneratedCover, args: { id: 'night-ferry' } } satisfies Meta<typeof GeneratedCover>;
export default meta;
type Story = StoryObj<typeof meta>;

export const Wall: Story = {
  render: () => (
    <div className="grid grid-cols-4 gap-4 sm:grid-cols-6">
      {Array.from({ length: 24 }, (_, i) => (
        <GeneratedCover key={i} id={`track-${i}`} className="w-full rounded-card" />
      ))}
    </div>
  ),
};
