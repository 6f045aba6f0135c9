import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it } from 'vitest';
import '@/lib/i18n';
import { createQueryClient } from '@/lib/api/queryClient';
import { DraftCard } from './DraftCard';
import { addItems, patchItem, useUploads, type UploadItem } from './store';

const client = createQueryClient();

/** As the page has it: a draft that is published leaves the list. */
function Drafts() {
  const drafts = useUploads((s) => s.items).filter((item) => item.saving === 'draft');
  return (
    <QueryClientProvider client={client}>
      {drafts.map((item) => (
        <DraftCard key={item.key} item={item} />
      ))}
    </QueryClientProvider>
  );
}

beforeEach(() => {
  useUploads.setState({ items: [] });
  for (const { key } of addItems([new File(['sound'], 'a.wav', { type: 'audio/wav' })])) patchItem(key, { phase: 'sending' });
});
const item = () => useUploads.getState().items[0] as UploadItem;

it('what is published while the file is being sent is kept as it was checked, without the spaces around it', async () => {
  render(<Drafts />);
  await userEvent.clear(screen.getByLabelText('Title'));
  await userEvent.type(screen.getByLabelText('Title'), '  Night Ferry ');
  await userEvent.click(screen.getByRole('button', { name: 'Publish' }));
  await waitFor(() => expect(screen.queryByLabelText('Title')).not.toBeInTheDocument());
  expect(item()).toMatchObject({ saving: 'waiting', form: { title: 'Night Ferry' } });
});

it('what is typed in a draft is there again after a look at another page', async () => {
  const { unmount } = render(<Drafts />);
  await userEvent.type(screen.getByLabelText('Artist'), 'Nova');
  unmount();
  render(<Drafts />);
  expect(screen.getByLabelText('Artist')).toHaveValue('Nova');
});
