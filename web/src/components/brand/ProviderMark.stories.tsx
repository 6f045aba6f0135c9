import type { Meta, StoryObj } from '@storybook/react-vite';
import { ProviderMark } from './ProviderMark';

const meta = { component: ProviderMark, args: { name: 'Google' } } satisfies Meta<typeof ProviderMark>;
export default meta;
type Story = StoryObj<typeof meta>;

export const Small: Story = {};
export const Larger: Story = { args: { name: 'The house', size: 24 } };
