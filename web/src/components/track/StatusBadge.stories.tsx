import type { Meta, StoryObj } from '@storybook/react-vite';
import { track } from '@/testing/fixtures';
import { StatusBadge } from './StatusBadge';

const meta = { component: StatusBadge, args: { track: track() } } satisfies Meta<typeof StatusBadge>;
export default meta;
type Story = StoryObj<typeof meta>;

export const Public: Story = {};
export const Private: Story = { args: { track: track({ is_public: false, visibility: 'private' }) } };
export const Processing: Story = { args: { track: track({ status: 'processing' }) } };
export const Failed: Story = { args: { track: track({ status: 'failed', failure_code: 'no_audio_stream' }) } };
export const Unlisted: Story = { args: { track: track({ is_public: false, visibility: 'unlisted' }) } };
export const Scheduled: Story = {
  args: { track: track({ is_public: false, visibility: 'scheduled', publish_at: '2026-12-24T18:00:00+00:00', publish_zone: 'Europe/Paris' }) },
};
