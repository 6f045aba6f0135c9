import type { Meta, StoryObj } from '@storybook/react-vite';
import { Download, Pencil, Sparkles, Trash2 } from 'lucide-react';
import { Actions } from './Actions';
import { Button } from './Button';

const meta = {
  component: Actions,
  args: {
    title: 'Tides',
    children: <Button>Share</Button>,
    actions: [
      { label: 'Export', icon: Download, files: [{ label: 'CSV', href: '#csv' }] },
      { label: 'Feature', icon: Sparkles, pressed: true },
      { label: 'Edit', icon: Pencil },
      { label: 'Delete', icon: Trash2, danger: true, rare: true },
    ],
  },
} satisfies Meta<typeof Actions>;
export default meta;
type Story = StoryObj<typeof meta>;

export const OfAPage: Story = {};
