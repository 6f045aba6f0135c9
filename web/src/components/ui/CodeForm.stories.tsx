import type { Meta, StoryObj } from '@storybook/react-vite';
import { ApiProblem, blank } from '@/lib/api/problem';
import { CodeForm } from './CodeForm';

const meta = {
  component: CodeForm,
  args: { methods: ['totp', 'recovery_code'], submit: 'Go on', onCode: () => Promise.reject(new ApiProblem(blank('mfa_code_invalid', 401))) },
} satisfies Meta<typeof CodeForm>;
export default meta;
type Story = StoryObj<typeof meta>;

/** Any six digits are refused here. */
export const Either: Story = {};
export const AppOnly: Story = { args: { methods: ['totp'] } };
