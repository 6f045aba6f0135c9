import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { Menu, MenuItem } from './Menu';

function show(onSelect = () => undefined) {
  render(
    <main id="main">
      <Menu trigger={<button type="button">More</button>}>
        <MenuItem onSelect={onSelect}>First</MenuItem>
        <MenuItem>Second</MenuItem>
      </Menu>
    </main>,
  );
  return screen.getByRole('button', { name: 'More' });
}

it.each(['{Enter}', ' ', '{ArrowDown}'])('opened by the key %j, the first item has the focus, and the button has it again afterwards', async (key) => {
  show().focus();
  await userEvent.keyboard(key);
  await waitFor(() => expect(screen.getByRole('menuitem', { name: 'First' })).toHaveFocus());
  await userEvent.keyboard('{ArrowDown}');
  expect(screen.getByRole('menuitem', { name: 'Second' })).toHaveFocus();
  await userEvent.keyboard('{Escape}');
  await waitFor(() => expect(screen.getByRole('button', { name: 'More' })).toHaveFocus());
});

it('says what it is before it is loaded, and opens with the first click', async () => {
  const chosen = vi.fn();
  const button = show(chosen);
  expect(button).toHaveAttribute('aria-haspopup', 'menu');
  expect(button).toHaveAttribute('aria-expanded', 'false');
  await userEvent.click(button);
  await userEvent.click(await screen.findByRole('menuitem', { name: 'First' }));
  expect(chosen).toHaveBeenCalledOnce();
  await waitFor(() => expect(screen.queryByRole('menu')).not.toBeInTheDocument());
});
