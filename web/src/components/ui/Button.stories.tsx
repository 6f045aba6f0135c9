import type { Meta, StoryObj } from '@storybook/react-vite';
import { Button, type ButtonTone } from './Button';

const meta = { component: Button, args: { children: 'Upload' } } satisfies Meta<typeof Button>;
export default meta;
type Story = StoryObj<typeof meta>;

const tones: ButtonTone[] = ['accent', 'plain', 'quiet', 'danger'];

export const Tones: Story = {
  render: (args) => (
    <div className="flex flex-wrap gap-3">
      {tones.map((tone) => (
        <Button key={tone} {...args} tone={tone}>
          {tone}
        </Button>
      ))}
    </div>
  ),
};
export const Large: Story = { args: { size: 'lg', tone: 'accent' } };
export const Busy: Story = { args: { busy: true, tone: 'accent' } };
export const Disabled: Story = { args: { disabled: true } };
