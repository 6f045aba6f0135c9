import type { Meta, StoryObj } from '@storybook/react-vite';
import { fn } from 'storybook/test';
import { Button } from './Button';
import { Dialog } from './Dialog';
import { TextField } from './Field';

const meta = {
  component: Dialog,
  args: { open: true, onOpenChange: fn(), title: 'Delete this track?', description: 'This cannot be undone.', children: null },
} satisfies Meta<typeof Dialog>;
export default meta;
type Story = StoryObj<typeof meta>;

export const WithField: Story = {
  args: {
    children: (
      <div className="space-y-5">
        <TextField label="Type “Night Ferry” to confirm" />
        <Button tone="danger">Delete for good</Button>
      </div>
    ),
  },
};
