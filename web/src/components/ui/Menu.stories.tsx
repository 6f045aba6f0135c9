import type { Meta, StoryObj } from '@storybook/react-vite';
import { Button } from './Button';
import { Menu, MenuItem, MenuSeparator } from './Menu';

const meta = { component: Menu, args: { trigger: <Button>Tools</Button>, children: null } } satisfies Meta<typeof Menu>;
export default meta;
type Story = StoryObj<typeof meta>;

export const Tools: Story = {
  args: {
    align: 'start',
    children: (
      <>
        <MenuItem>Edit</MenuItem>
        <MenuItem disabled>Download</MenuItem>
        <MenuSeparator />
        <MenuItem danger>Delete</MenuItem>
      </>
    ),
  },
};
