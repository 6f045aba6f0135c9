import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sendMessage } from '@/lib/api/chat/messages';
import { ApiProblem, blank, networkProblem } from '@/lib/api/problem';
import { setPersonHere } from '@/lib/session/hint';
import { dropOutgoing, openOutbox, RETRY_MS, sendAgain, sendLater, useOutbox } from './outbox';

vi.mock('@/lib/api/chat/messages', () => ({ sendMessage: vi.fn() }));
const send = vi.mocked(sendMessage);
const draft = (content: string) => ({ roomId: 'r', content, replyTo: null, attachments: [], trackId: null });
const states = () => useOutbox.getState().items.map(({ content, state }) => [content, state]);
let close: () => void = () => undefined;

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  useOutbox.setState({ items: [] });
  setPersonHere('me');
  send.mockReset();
});
afterEach(() => {
  close();
  vi.useRealTimers();
  setPersonHere(null);
});

it('sends one after another and tells of each that arrived', async () => {
  const arrived = vi.fn();
  send.mockImplementation(async (_room, { content }) => ({ content }) as never);
  close = openOutbox(arrived);
  sendLater(draft('one'));
  sendLater(draft('two'));
  await vi.advanceTimersByTimeAsync(0);
  expect(arrived.mock.calls.map(([message]) => message.content)).toEqual(['one', 'two']);
  expect(states()).toEqual([]);
});

it('keeps what the network did not take and sends it again, in order and under the same id', async () => {
  send.mockRejectedValueOnce(networkProblem());
  send.mockResolvedValue({} as never);
  close = openOutbox(() => undefined);
  sendLater(draft('one'));
  sendLater(draft('two'));
  await vi.advanceTimersByTimeAsync(0);
  expect(states()).toEqual([['one', 'waiting'], ['two', 'sending']]);
  await vi.advanceTimersByTimeAsync(RETRY_MS);
  const ids = send.mock.calls.map(([, { client_id }]) => client_id);
  expect(send.mock.calls.map(([, { content }]) => content)).toEqual(['one', 'one', 'two']);
  expect(ids[0]).toBe(ids[1]);
  expect(states()).toEqual([]);
});

it('keeps what waits when the page is closed, for the same person only', async () => {
  send.mockRejectedValue(networkProblem());
  close = openOutbox(() => undefined);
  sendLater(draft('one'));
  await vi.advanceTimersByTimeAsync(0);
  const [{ clientId } = { clientId: '' }] = useOutbox.getState().items;
  close();
  vi.clearAllTimers();
  useOutbox.setState({ items: [] });
  setPersonHere('another');
  close = openOutbox(() => undefined);
  expect(states()).toEqual([]);
  close();
  setPersonHere('me');
  send.mockResolvedValue({} as never);
  close = openOutbox(() => undefined);
  await vi.advanceTimersByTimeAsync(0);
  expect(send.mock.lastCall?.[1].client_id).toBe(clientId);
  expect(localStorage.getItem('veza.chat.outbox')).toBeNull();
});

it('leaves what the server refuses to its author, and goes on with the others', async () => {
  send.mockRejectedValueOnce(new ApiProblem(blank('conflict', 409)));
  send.mockResolvedValue({} as never);
  close = openOutbox(() => undefined);
  sendLater(draft('@all'));
  sendLater(draft('two'));
  await vi.advanceTimersByTimeAsync(RETRY_MS * 3);
  expect(states()).toEqual([['@all', 'refused']]);
  const [{ clientId } = { clientId: '' }] = useOutbox.getState().items;
  sendAgain(clientId, true);
  await vi.advanceTimersByTimeAsync(0);
  expect(send.mock.lastCall?.[1]).toMatchObject({ client_id: clientId, confirm_all: true });
  expect(states()).toEqual([]);
});

it('lets go of what nobody wants any more', async () => {
  send.mockRejectedValue(new ApiProblem(blank('forbidden', 403)));
  close = openOutbox(() => undefined);
  sendLater(draft('one'));
  await vi.advanceTimersByTimeAsync(0);
  dropOutgoing(useOutbox.getState().items[0]?.clientId ?? '');
  expect(localStorage.getItem('veza.chat.outbox')).toBeNull();
});
