import type { Meta, StoryObj } from '@storybook/react-vite';
import { useState } from 'react';
import { DragHandle } from './DragHandle';
import { ReorderBox, ReorderList, type RowState } from './ReorderList';

const keyOf = (name: string) => name;
const few = ['Tides', 'Night ferry', 'Slow boat', 'Harbour lights'];
const many = Array.from({ length: 500 }, (_, i) => `Study ${i + 1}`);

function Example({ names, inBox }: { names: readonly string[]; inBox: boolean }) {
  const [items, setItems] = useState(names);
  const list = {
    items,
    keyOf,
    rowHeight: 48,
    onMove: (from: number, to: number) => setItems(items.filter((_, i) => i !== from).toSpliced(to, 0, items[from] ?? '')),
    movedText: (name: string, place: number) => `${name} is now number ${place}`,
  };
  const row = (name: string, { isDragged, handle }: RowState) => (
    <div className={`flex h-12 items-center gap-3 border-b border-line ${isDragged ? 'bg-raised shadow-float' : ''}`}>
      <DragHandle {...handle} label={`Move ${name}`} />
      {name}
    </div>
  );
  return inBox ? (
    <ReorderBox {...list} first={0} className="h-80">
      {row}
    </ReorderBox>
  ) : (
    <ReorderList {...list}>{row}</ReorderList>
  );
}

const meta = { component: Example, args: { names: few, inBox: false } } satisfies Meta<typeof Example>;
export default meta;
type Story = StoryObj<typeof meta>;

export const Few: Story = {};
export const ManyInBox: Story = { args: { names: many, inBox: true } };
export const ManyOnPage: Story = { args: { names: many } };
