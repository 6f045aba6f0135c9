import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Download, Pencil, Sparkles, Trash2 } from 'lucide-react';
import { expect, it, vi } from 'vitest';
import { Actions, type Action } from './Actions';

const done = vi.fn();
const actions: (Action | false)[] = [
  { label: 'Edit', icon: Pencil, onSelect: () => done('Edit') },
  false,
  { label: 'Export', icon: Download, files: [{ label: 'As CSV', href: '/list.csv' }] },
  { label: 'Feature', icon: Sparkles, pressed: true, onSelect: () => done('Feature') },
  { label: 'Delete', icon: Trash2, danger: true, rare: true, onSelect: () => done('Delete') },
];

function show(all = actions) {
  done.mockClear();
  render(
    <main id="main">
      <Actions title="Tides" actions={all}>
        <button type="button">Share</button>
      </Actions>
    </main>,
  );
}

it('the menu that phones have holds everything that the row has', async () => {
  show();
  /* styles, which are not here, show one of the two menus: the first on phones */
  expect(screen.getAllByRole('button').map((one) => one.textContent || one.getAttribute('aria-label'))).toEqual(['Share', 'Edit', 'Export', 'Feature', 'Tools for Tides', 'Tools for Tides']);
  expect(screen.getByRole('button', { name: 'Feature' })).toHaveAttribute('aria-pressed', 'true');
  screen.getAllByRole('button', { name: 'Tools for Tides' })[0]?.focus();
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(screen.getByRole('menuitem', { name: 'Edit' })).toHaveFocus());
  expect(screen.getByRole('group', { name: 'Export' })).toContainElement(screen.getByRole('menuitem', { name: 'As CSV' }));
  expect(screen.getByRole('menuitem', { name: 'As CSV' })).toHaveAttribute('href', '/list.csv');
  expect(screen.getByRole('menuitemcheckbox', { name: 'Feature' })).toBeChecked();
  await userEvent.keyboard('{End}{Enter}');
  expect(done).toHaveBeenCalledExactlyOnceWith('Delete');
  await waitFor(() => expect(screen.queryByRole('menu')).not.toBeInTheDocument());
});

it('the other menu has what is seldom wanted', async () => {
  show();
  screen.getAllByRole('button', { name: 'Tools for Tides' })[1]?.focus();
  await userEvent.keyboard('{Enter}');
  await screen.findByRole('menuitem', { name: 'Delete' });
  expect(screen.getAllByRole('menuitem')).toHaveLength(1);
});

it('there is no menu where there is nothing in it', () => {
  show([false]);
  expect(screen.getAllByRole('button').map((one) => one.textContent)).toEqual(['Share']);
});
