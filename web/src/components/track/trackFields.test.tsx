import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { Form } from '@/components/ui/Form';
import { useForm } from '@/lib/form/useForm';
import { renderRoutes } from '@/testing/render';
import { TrackFields } from './TrackFields';
import { emptyTrackForm, trackSchema } from './trackSchema';

function Page() {
  const form = useForm({ schema: trackSchema, values: { ...emptyTrackForm, title: 'Night Ferry', comments_days: '9999' }, send: () => undefined });
  return (
    <Form form={form}>
      <TrackFields form={form} />
      <button type="submit">Save</button>
    </Form>
  );
}

it('what is wrong in the folded part is shown, also where comments were closed meanwhile', async () => {
  renderRoutes([{ path: '/', element: <Page /> }]);
  const folded = (await screen.findByText('More details')).closest('details');
  expect(folded).not.toHaveAttribute('open');
  await userEvent.click(screen.getByRole('switch', { name: /comments/i }));
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(folded).toHaveAttribute('open'));
  const wrong = document.querySelector('input[name=comments_days]');
  expect(wrong).toBeInvalid();
  await waitFor(() => expect(wrong).toHaveFocus());
  await userEvent.keyboard('{Backspace}');
  await waitFor(() => expect(wrong).toBeValid());
  expect(folded).toHaveAttribute('open');
});
