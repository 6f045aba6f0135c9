import type { Meta, StoryObj } from '@storybook/react-vite';
import { fn } from 'storybook/test';
import { ApiProblem, blank } from '@/lib/api/problem';
import { Button } from './Button';
import { Empty } from './Empty';
import { ErrorState } from './ErrorState';
import { Progress } from './Progress';

const meta = { title: 'ui/States' } satisfies Meta;
export default meta;
type Story = StoryObj<typeof meta>;

export const Nothing: Story = {
  render: () => (
    <Empty title="Drop your first track here" action={<Button tone="accent">Choose a file</Button>}>
      WAV, FLAC, AIFF, MP3, whatever you have.
    </Empty>
  ),
};
export const Failed: Story = {
  render: () => (
    <ErrorState error={new ApiProblem({ ...blank('unavailable', 503), request_id: '0199-3f' })} onRetry={fn()} />
  ),
};
export const UnderWay: Story = {
  render: () => (
    <div className="space-y-4">
      <Progress value={0.4} label="Uploading" />
      <Progress value={null} label="Waiting" />
    </div>
  ),
};
