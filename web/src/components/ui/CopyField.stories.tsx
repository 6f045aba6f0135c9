import type { Meta, StoryObj } from '@storybook/react-vite';
import { CopyField } from './CopyField';

const meta = { component: CopyField, args: { label: 'API key', value: 'vz_CYYCTBX1f8KManIS3ABp6OP6KA3SgamvZTR5AV2anas' } } satisfies Meta<typeof CopyField>;
export default meta;
type Story = StoryObj<typeof meta>;

export const Key: Story = {};
export const InGroups: Story = { args: { label: 'Secret for your app', value: '3UGJ6BJHFIY6UD4B6E3CQ5SD', shown: '3UGJ 6BJH FIY6 UD4B 6E3C Q5SD' } };
