import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { ApiProblem, blank } from '@/lib/api/problem';
import { pageHasUnsaved } from '@/lib/unsaved/store';
import { z } from '@/lib/zod';
import { renderRoutes } from '@/testing/render';
import { useForm } from './useForm';

const schema = z.object({ name: z.string().trim().min(1, 'required'), place: z.string().trim().min(1, 'required').max(5, 'too_long') });

interface ExampleProps {
  send: (values: { name: string; place: string }) => unknown;
  refused?: (error: unknown) => { place?: string } | undefined;
}

function Example({ send, refused }: ExampleProps) {
  const form = useForm({ schema, values: { name: '', place: '' }, send, ...(refused ? { refused } : {}) });
  return (
    <Form form={form} guarded>
      <TextField label="Name" {...form.field('name')} />
      <TextField label="Place" {...form.field('place')} />
      <Button type="submit" busy={form.busy}>
        Send
      </Button>
    </Form>
  );
}

const open = (props: ExampleProps) => renderRoutes([{ path: '/', element: <Example {...props} /> }]);
const fill = async (name: string, place: string) => {
  await userEvent.type(await screen.findByLabelText('Name'), name);
  await userEvent.type(screen.getByLabelText('Place'), place);
};
const refusal = (field: string, code: string) => new ApiProblem({ ...blank('validation', 422), errors: [{ field, code, message: 'In the words of the server' }] });

it('says at each field what is wrong with it, goes to the first, and sends nothing', async () => {
  const send = vi.fn();
  open({ send });
  await fill('Ada', 'too long a place');
  await userEvent.click(screen.getByRole('button', { name: 'Send' }));
  expect(await screen.findByText('This is too long.')).toBeInTheDocument();
  expect(screen.getByLabelText('Place')).toHaveFocus();
  expect(screen.getByLabelText('Place')).toBeInvalid();
  expect(screen.getByLabelText('Name')).toBeValid();
  expect(send).not.toHaveBeenCalled();
});

it('sends what the schema made of the fields, once however often it is submitted meanwhile', async () => {
  let done: () => void = () => undefined;
  const send = vi.fn(() => new Promise<void>((resolve) => (done = resolve)));
  open({ send });
  await fill(' Ada ', 'here');
  await userEvent.keyboard('{Enter}{Enter}');
  await waitFor(() => expect(screen.getByRole('button', { name: 'Send' })).toHaveAttribute('aria-busy', 'true'));
  await userEvent.keyboard('{Enter}');
  done();
  await waitFor(() => expect(screen.getByRole('button', { name: 'Send' })).not.toHaveAttribute('aria-busy'));
  expect(send).toHaveBeenCalledOnce();
  expect(send).toHaveBeenCalledWith({ name: 'Ada', place: 'here' }, expect.anything());
});

it('shows a field that the server refused at that field, which gets the focus', async () => {
  open({ send: () => Promise.reject(refusal('name', 'taken')) });
  await fill('Ada', 'here');
  await userEvent.keyboard('{Enter}');
  expect(await screen.findByText('This is taken.')).toBeInTheDocument();
  expect(screen.getByLabelText('Name')).toHaveFocus();
});

it('shows what no field is to blame for above the form, until it is sent again', async () => {
  const send = vi.fn().mockRejectedValueOnce(new ApiProblem(blank('unavailable', 503)));
  open({ send });
  await fill('Ada', 'here');
  await userEvent.keyboard('{Enter}');
  expect(await screen.findByRole('alert')).toBeInTheDocument();
  await userEvent.keyboard('{Enter}');
  await waitFor(() => expect(screen.queryByRole('alert')).not.toBeInTheDocument());
});

it('shows a refusal that names no field where the form says that it belongs', async () => {
  open({ send: () => Promise.reject(new ApiProblem(blank('conflict', 409))), refused: () => ({ place: 'Nobody lives there.' }) });
  await fill('Ada', 'here');
  await userEvent.keyboard('{Enter}');
  expect(await screen.findByText('Nobody lives there.')).toBeInTheDocument();
  expect(screen.getByLabelText('Place')).toHaveFocus();
});

it('guards what was changed', async () => {
  open({ send: vi.fn() });
  await screen.findByLabelText('Name');
  expect(pageHasUnsaved()).toBe(false);
  await userEvent.type(screen.getByLabelText('Name'), 'A');
  await waitFor(() => expect(pageHasUnsaved()).toBe(true));
});
