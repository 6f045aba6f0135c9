import type { Meta, StoryObj } from '@storybook/react-vite';
import { TextArea, TextField } from './Field';

const meta = { component: TextField, args: { label: 'Title', defaultValue: 'Night Ferry' } } satisfies Meta<typeof TextField>;
export default meta;
type Story = StoryObj<typeof meta>;

export const Plain: Story = {};
export const WithHint: Story = { args: { hint: 'Separated by commas' } };
export const Refused: Story = { args: { error: 'This is too long.' } };
export const Mono: Story = { args: { label: 'Tempo (BPM)', defaultValue: '140.5', mono: true } };
export const Long: Story = { render: () => <TextArea label="Description" defaultValue="Recorded in one night." /> };
