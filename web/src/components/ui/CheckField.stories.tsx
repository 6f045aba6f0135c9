import type { Meta, StoryObj } from '@storybook/react-vite';
import { useState } from 'react';
import { CheckField } from './CheckField';

const meta: Meta<typeof CheckField> = { component: CheckField };
export default meta;

export const Example: StoryObj<typeof CheckField> = {
  render: function Story() {
    const [on, setOn] = useState(false);
    return <CheckField label="Delete my API keys as well" hint="Nightly uploads, Statistics" checked={on} onChange={(event) => setOn(event.target.checked)} />;
  },
};
