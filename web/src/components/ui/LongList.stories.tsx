import type { Meta, StoryObj } from '@storybook/react-vite';
import { LongList } from './LongList';

const names = Array.from({ length: 3000 }, (_, i) => `Study ${i + 1}`);

function Example({ cards }: { cards: boolean }) {
  return (
    <LongList items={names} keyOf={(name) => name} rowHeight={48} label="Studies" className={cards ? 'grid grid-cols-3 gap-4' : ''}>
      {(name) => <p className="border-b border-line py-3">{name}</p>}
    </LongList>
  );
}

const meta = { component: Example, args: { cards: false } } satisfies Meta<typeof Example>;
export default meta;
type Story = StoryObj<typeof meta>;

export const Rows: Story = {};
export const Cards: Story = { args: { cards: true } };
