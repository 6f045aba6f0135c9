import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { useState } from 'react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import type { TrackComment } from '@/lib/api/schema';
import { clock } from '@/lib/player/clock';
import { toPlayerTrack } from '@/lib/player/contract';
import { usePlayer } from '@/lib/player/store';
import { takeMessage } from '@/lib/realtime/own';
import { setSessionHint } from '@/lib/session/hint';
import { useToasts } from '@/lib/toast/store';
import { ada, track } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer, problem, type Reply } from '@/testing/server';
import Comments from './Comments';
import { commentAt, inTrackOrder, marksOf } from './marks';
import type { Moment } from './moment';

const song = track({ duration_ms: 100_000 });
const URL_OF_LIST = `/tracks/${song.id}/comments`;
const nika = { id: 'n1', username: 'nika', avatar: null, display_name: 'Nika' };
const comment = (id: string, change: Partial<TrackComment> = {}): TrackComment => ({
  id,
  track_id: song.id,
  content: `Words of ${id}`,
  timestamp: 12.5,
  parent_id: null,
  status: 'shown',
  is_edited: false,
  edited_at: null,
  is_deleted: false,
  reply_count: 0,
  track_version: 1,
  is_of_other_recording: false,
  created_at: '2026-01-01T00:00:00Z',
  author: nika,
  is_mine: false,
  may_delete: false,
  may_edit: false,
  may_moderate: false,
  ...change,
});
const list = (...items: TrackComment[]): Reply => ({ body: { items, limit: 20, next: null, total: items.length } });
const base = { 'GET /csrf-token': { body: { csrf_token: 't' } }, 'GET /auth/me': { body: ada } };

/** An answer that waits until it is let go. */
function held() {
  let release: (reply: Reply) => void = () => undefined;
  return { handler: () => new Promise<Reply>((resolve) => (release = resolve)), release: (reply: Reply) => release(reply) };
}

let seeks: number[] = [];

function Page() {
  const [moment, setMoment] = useState<Moment | null>(null);
  return (
    <main>
      <Comments track={song} moment={moment} setMoment={setMoment} onSeek={(seconds) => seeks.push(seconds)} onPoint={() => undefined} />
      <button type="button" onClick={() => setMoment((old) => old && { seconds: 70, timed: true })}>
        The waveform at 1:10
      </button>
    </main>
  );
}

const show = () => renderRoutes([{ path: '/', element: <Page /> }]).client;

const field = () => screen.findByLabelText('Your comment');

function hear(seconds: number | null) {
  usePlayer.setState({ current: seconds === null ? null : { ...toPlayerTrack(song), key: 'k' } });
  clock.setSource({ position: seconds ?? 0, duration: 100, bufferedEnd: 100 });
}

beforeEach(() => {
  forgetCsrf();
  setSessionHint(true);
  seeks = [];
  hear(null);
  useToasts.setState({ toasts: [] });
});

describe('marks on the waveform', () => {
  const at = (...seconds: number[]) => inTrackOrder(seconds.map((timestamp, i) => comment(String(i), { timestamp })));

  it('stand in the order of the track, without those about the whole of it', () =>
    expect(inTrackOrder([comment('b', { timestamp: 9 }), comment('whole', { timestamp: null }), comment('a', { timestamp: 1 })]).map(({ id }) => id)).toEqual(['a', 'b']));

  it('are one where they would touch each other, and more on a wider screen', () => {
    const sizes = (width: number) => marksOf(at(0, 10, 12, 50, 99), 100, width).map((mark) => mark.comments.length);
    expect(sizes(1000)).toEqual([1, 2, 1, 1]);
    expect(sizes(250)).toEqual([3, 1, 1]);
    expect(sizes(0)).toEqual([]);
  });

  it('a thousand comments, three hundred of them within two seconds, become marks that do not touch, in a stable order, from the first to the last second', () => {
    const times = Array.from({ length: 1000 }, (_, i) => (i < 300 ? 40 + (i % 20) / 10 : i === 300 ? 0 : i === 301 ? 100 : (i * 7) % 100));
    const ordered = at(...times);
    const marks = marksOf(ordered, 100, 1000);
    expect(marks.flatMap((mark) => mark.comments)).toEqual(ordered);
    expect(Math.max(...marks.map((mark) => mark.comments.length))).toBeGreaterThanOrEqual(300);
    expect(marks.every(({ share }, i) => i === 0 || (share - (marks[i - 1]?.share ?? 0)) * 1000 >= 40)).toBe(true);
    expect([marks[0]?.share, marks.at(-1)?.share]).toEqual([0, expect.closeTo(0.98, 1)]);
    expect(marks.at(-1)?.comments.at(-1)?.timestamp).toBe(100);
    const sameTime = ordered.filter(({ timestamp }) => timestamp === 40.5).map(({ id }) => Number(id));
    expect(sameTime).toEqual([...sameTime].sort((a, b) => a - b));
  });

  it('the play head shows the last that it passed, for four seconds', () => {
    const ordered = at(10, 12);
    expect([9.9, 10, 11.9, 12, 15.9, 16].map((now) => commentAt(ordered, now)?.timestamp)).toEqual([undefined, 10, 10, 12, 12, undefined]);
  });
});

describe('writing', () => {
  it('a comment is there before the server has answered, and the field is free for the next', async () => {
    const answer = held();
    let items: TrackComment[] = [comment('1')];
    const server = fakeServer({ ...base, [`GET ${URL_OF_LIST}`]: () => list(...items), [`POST ${URL_OF_LIST}`]: answer.handler });
    show();
    await screen.findByText('Words of 1');
    await userEvent.type(await field(), ' What a bass line ');
    await userEvent.click(screen.getByRole('button', { name: 'Comment' }));
    const row = (await screen.findByText('What a bass line', { selector: 'p' })).closest('li') as HTMLElement;
    expect(within(row).getByText('Sending…')).toBeInTheDocument();
    expect(await field()).toHaveValue('');
    expect(await field()).toHaveFocus();
    await waitFor(() => expect(server.count(`POST ${URL_OF_LIST}`)).toBe(1));
    expect(server.calls.at(-1)?.body).toEqual({ content: 'What a bass line', timestamp: null });
    const saved = comment('2', { content: 'What a bass line', timestamp: null, author: { ...nika, display_name: 'Ada' }, is_mine: true, may_delete: true });
    items = [saved, ...items];
    answer.release({ status: 201, body: saved });
    await waitFor(() => expect(screen.queryByText('Sending…')).not.toBeInTheDocument());
    expect(screen.getAllByText('What a bass line')).toHaveLength(1);
    expect(screen.getByRole('heading', { name: 'Comments 2' })).toBeInTheDocument();
    expect(screen.getByText('Your comment is there')).toBeInTheDocument();
  });

  it('what could not be sent is in the field again, before what was typed meanwhile', async () => {
    const answer = held();
    const server = fakeServer({ ...base, [`GET ${URL_OF_LIST}`]: list(), [`POST ${URL_OF_LIST}`]: answer.handler });
    show();
    const box = await field();
    await userEvent.type(box, 'First');
    fireEvent.keyDown(box, { key: 'Enter', ctrlKey: true });
    await screen.findByText('Sending…');
    await userEvent.type(box, 'Second');
    await waitFor(() => expect(server.count(`POST ${URL_OF_LIST}`)).toBe(1));
    answer.release(problem(503, 'unavailable'));
    expect(await screen.findByRole('alert')).toHaveTextContent('Your comment was not sent.');
    expect(box).toHaveValue('First\n\nSecond');
    expect(screen.queryByText('Sending…')).not.toBeInTheDocument();
  });

  it('Enter alone begins a new line', async () => {
    const server = fakeServer({ ...base, [`GET ${URL_OF_LIST}`]: list() });
    show();
    await userEvent.type(await field(), 'One{Enter}two');
    expect(await field()).toHaveValue('One\ntwo');
    expect(server.count(`POST ${URL_OF_LIST}`)).toBe(0);
  });

  it('says how much room is left near the end, and sends nothing that is too long', async () => {
    const server = fakeServer({ ...base, [`GET ${URL_OF_LIST}`]: list() });
    show();
    const box = await field();
    fireEvent.change(box, { target: { value: '🎧'.repeat(1999) } });
    expect(screen.getByText('1 character left')).toBeInTheDocument();
    expect(screen.getByRole('button', { name: 'Comment' })).toBeEnabled();
    fireEvent.change(box, { target: { value: 'x'.repeat(2001) } });
    expect(screen.getByRole('alert')).toHaveTextContent('at most 2,000 characters');
    expect(screen.getByRole('button', { name: 'Comment' })).toBeDisabled();
    fireEvent.keyDown(box, { key: 'Enter', metaKey: true });
    expect(server.count(`POST ${URL_OF_LIST}`)).toBe(0);
  });
});

describe('the moment of a comment', () => {
  const place = () => screen.findByRole('checkbox', { name: /^At / });
  const sent = async (server: ReturnType<typeof fakeServer>) => {
    await userEvent.click(screen.getByRole('button', { name: 'Comment' }));
    await waitFor(() => expect(server.count(`POST ${URL_OF_LIST}`)).toBe(1));
    return (server.calls.at(-1)?.body as { timestamp: number | null }).timestamp;
  };
  const world = () => fakeServer({ ...base, [`GET ${URL_OF_LIST}`]: list(), [`POST ${URL_OF_LIST}`]: () => new Promise<Reply>(() => undefined) });

  it('follows the play head until somebody begins to write', async () => {
    const server = world();
    hear(31.239);
    show();
    expect(await place()).toBeChecked();
    expect(await place()).toHaveAccessibleName(/^At 0:31/);
    act(() => hear(42.5));
    expect(await place()).toHaveAccessibleName(/^At 0:42/);
    await userEvent.type(await field(), 'Here');
    act(() => hear(60));
    expect(await place()).toHaveAccessibleName(/^At 0:42/);
    expect(await sent(server)).toBe(42.5);
  });

  it('is where the waveform is clicked while one writes', async () => {
    const server = world();
    hear(5);
    show();
    await userEvent.type(await field(), 'There');
    await userEvent.click(screen.getByText('The waveform at 1:10'));
    expect(await place()).toHaveAccessibleName(/^At 1:10/);
    expect(await sent(server)).toBe(70);
  });

  it('is none where the track is not loaded, or the box is not ticked', async () => {
    const server = world();
    show();
    expect(await place()).not.toBeChecked();
    act(() => hear(5));
    expect(await place()).toBeChecked();
    await userEvent.click(await place());
    await userEvent.type(await field(), 'All of it');
    expect(await sent(server)).toBeNull();
  });

  it('is never beyond the end', async () => {
    const server = world();
    hear(100.4);
    show();
    await userEvent.type(await field(), 'The end');
    expect(await sent(server)).toBe(100);
  });
});

describe('the list', () => {
  it('goes to the second of a comment', async () => {
    fakeServer({ ...base, [`GET ${URL_OF_LIST}`]: list(comment('1', { timestamp: 83.2 }), comment('2', { timestamp: null, author: null })) });
    show();
    await userEvent.click(await screen.findByRole('button', { name: 'Go to 1:23' }));
    expect(seeks).toEqual([83.2]);
    expect(screen.getByRole('link', { name: /^Nika/ })).toHaveAttribute('href', '/u/nika');
    expect(screen.getByText('Deleted account')).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: /^Delete/ })).not.toBeInTheDocument();
  });

  it('is asked for in the order that is chosen', async () => {
    const server = fakeServer({ ...base, [`GET ${URL_OF_LIST}`]: list(comment('1'), comment('2')) });
    show();
    await userEvent.selectOptions(await screen.findByLabelText('Order of the comments'), 'By time in the track');
    await waitFor(() => expect(server.calls.at(-1)?.path).toContain('sort=time'));
  });

  it('a guest reads it and is shown the way in', async () => {
    fakeServer({ ...base, [`GET ${URL_OF_LIST}`]: list(comment('1')) });
    setSessionHint(false);
    show();
    expect(await screen.findByText('Words of 1')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Sign in to comment' })).toHaveAttribute('href', `/login?next=${encodeURIComponent(`/track/${song.id}`)}`);
    expect(screen.queryByLabelText('Your comment')).not.toBeInTheDocument();
  });

  it('deletes after a question, and brings the comment back when the server refuses', async () => {
    const answer = held();
    const server = fakeServer({ ...base, [`GET ${URL_OF_LIST}`]: list(comment('1', { may_delete: true }), comment('2')), 'DELETE /comments/1': answer.handler });
    show();
    await userEvent.click(await screen.findByRole('button', { name: 'Tools for the comment by Nika' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Delete' }));
    expect(screen.getByRole('dialog')).toHaveTextContent('The comment by Nika will be gone for everybody');
    expect(server.count('DELETE /comments/1')).toBe(0);
    await userEvent.click(screen.getByRole('button', { name: 'Delete it' }));
    await waitFor(() => expect(screen.queryByText('Words of 1')).not.toBeInTheDocument());
    expect(screen.getByRole('heading', { name: 'Comments 1' })).toBeInTheDocument();
    await waitFor(() => expect(server.count('DELETE /comments/1')).toBe(1));
    answer.release(problem(503, 'unavailable'));
    expect(await screen.findByText('Words of 1')).toBeInTheDocument();
    expect(useToasts.getState().toasts.map(({ tone }) => tone)).toEqual(['danger']);
  });

  it('of somebody who was blocked go, and come back when that is undone', async () => {
    let blocked = false;
    const set = (to: boolean) => () => {
      blocked = to;
      return { status: 204 };
    };
    fakeServer({ ...base, [`GET ${URL_OF_LIST}`]: () => (blocked ? list() : list(comment('one', { may_moderate: true }))), 'POST /users/n1/block': set(true), 'DELETE /users/n1/block': set(false) });
    useToasts.setState({ toasts: [] });
    show();
    await userEvent.click(await screen.findByRole('button', { name: 'Tools for the comment by Nika' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Block Nika' }));
    await waitFor(() => expect(screen.queryByText('Words of one')).not.toBeInTheDocument());
    act(() => useToasts.getState().close(useToasts.getState().toasts[0]?.id ?? 0, true));
    expect(await screen.findByText('Words of one')).toBeInTheDocument();
  });

  it('the owner sees what others write while they look', async () => {
    let items = [comment('1')];
    fakeServer({ ...base, [`GET ${URL_OF_LIST}`]: () => list(...items) });
    const client = show();
    await screen.findByText('Words of 1');
    items = [comment('2'), ...items];
    const notification = { id: 'x', type: 'comment', title: '', content: '', link: null, data: { track_id: song.id }, actor: nika, others: 0, read: false, read_at: null, created_at: '' };
    act(() => takeMessage(client, { type: 'notification', topic: 'user:1', number: 1, is_new: true, notification }));
    expect(await screen.findByText('Words of 2')).toBeInTheDocument();
  });

  it('those of before another recording took its place say which version they are about', async () => {
    fakeServer({ ...base, [`GET ${URL_OF_LIST}`]: list(comment('1', { is_of_other_recording: true }), comment('2', { track_version: 2 })) });
    show();
    await screen.findByText('Words of 2');
    expect(screen.getAllByText(/on version/).map((label) => label.textContent)).toEqual(['on version 1']);
  });

  describe('of thousands', () => {
    const ROW = 110;
    beforeEach(() => {
      vi.spyOn(HTMLElement.prototype, 'offsetHeight', 'get').mockReturnValue(ROW);
    });
    afterEach(() => {
      vi.restoreAllMocks();
      scrollTo(0);
    });
    const scrollTo = (y: number) =>
      act(() => {
        Object.defineProperty(window, 'scrollY', { value: y, configurable: true, writable: true });
        window.dispatchEvent(new Event('scroll'));
      });
    const many = (size: number, change: Partial<TrackComment> = {}) => Array.from({ length: size }, (_, i) => comment(String(i + 1), change));

    it('has only the rows near what is in sight, which say where they stand; what was begun in one is kept while it is away', async () => {
      fakeServer({ ...base, [`GET ${URL_OF_LIST}`]: { body: { items: many(3000), limit: 3000, next: null, total: 3000 } } });
      show();
      const row = async (id: string) => (await screen.findByText(`Words of ${id}`)).closest('li') as HTMLElement;
      const first = await row('1');
      expect(screen.getAllByRole('listitem').length).toBeLessThan(100);
      expect([first.getAttribute('aria-posinset'), first.getAttribute('aria-setsize')]).toEqual(['1', '3000']);
      await userEvent.click(within(await row('2')).getByRole('button', { name: 'Reply to Nika' }));
      const field = within(await row('2')).getByLabelText('Reply to Nika');
      expect(field).toHaveFocus();
      await userEvent.type(field, 'Half a thou');
      scrollTo(1500 * ROW);
      const middle = await row('1501');
      expect(middle).toHaveAttribute('aria-posinset', '1501');
      expect(screen.getAllByRole('listitem').length).toBeLessThan(100);
      expect(screen.queryByText('Words of 2')).not.toBeInTheDocument();
      scrollTo(0);
      const again = within(await row('2')).getByLabelText('Reply to Nika');
      expect(again).toHaveValue('Half a thou');
      expect(again).not.toHaveFocus();
      await userEvent.click(within(await row('2')).getByRole('button', { name: 'Cancel' }));
      scrollTo(1500 * ROW);
      await row('1501');
      scrollTo(0);
      expect(within(await row('2')).queryByRole('textbox')).not.toBeInTheDocument();
    });

    it('so are replies', async () => {
      const replies = many(2000, { parent_id: 'top' });
      fakeServer({ ...base, [`GET ${URL_OF_LIST}`]: list(comment('top', { reply_count: 2000 })), 'GET /comments/top/replies': { body: { items: replies, limit: 2000, next: null } } });
      show();
      await userEvent.click(await screen.findByRole('button', { name: '2000 replies' }));
      await screen.findByText('Words of 1');
      expect(screen.getAllByRole('listitem').length).toBeLessThan(100);
    });
  });

  it('passes axe', async () => {
    fakeServer({ ...base, [`GET ${URL_OF_LIST}`]: list(comment('1', { may_delete: true }), comment('2', { author: null })) });
    show();
    await screen.findByText('Words of 1');
    const { violations } = await axe.run(document.body, { rules: { 'color-contrast': { enabled: false }, 'page-has-heading-one': { enabled: false } } });
    expect(violations.map((v) => v.id)).toEqual([]);
  });
});
