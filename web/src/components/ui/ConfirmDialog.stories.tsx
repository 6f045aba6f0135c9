import type { Meta, StoryObj } from '@storybook/react-vite';
import { fn } from 'storybook/test';
import { ConfirmDialog } from './ConfirmDialog';

const meta = {
  component: ConfirmDialog,
  args: { title: 'Delete “Phone”?', text: 'It stops opening your account at once.', confirm: 'Delete it', onConfirm: fn(), onClose: fn() },
} satisfies Meta<typeof ConfirmDialog>;
export default meta;
type Story = StoryObj<typeof meta>;

export const Asking: Story = {};
export const Busy: Story = { args: { busy: true } };
