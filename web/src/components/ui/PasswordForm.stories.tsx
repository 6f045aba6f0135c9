import type { Meta, StoryObj } from '@storybook/react-vite';
import { ApiProblem, blank } from '@/lib/api/problem';
import { PasswordForm } from './PasswordForm';

const meta = {
  component: PasswordForm,
  args: { submit: 'Go on', onPassword: () => Promise.reject(new ApiProblem(blank('password_wrong', 403))) },
} satisfies Meta<typeof PasswordForm>;
export default meta;
type Story = StoryObj<typeof meta>;

/** Every password is refused here. */
export const Plain: Story = {};
export const Dangerous: Story = { args: { tone: 'danger', submit: 'Delete the account' } };
