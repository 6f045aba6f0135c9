/* What the frame shows of a subject, and what can be done with it. */

import type { WaveformData } from '@/lib/api/tracks/waveform';
import { clock } from '@/lib/format/format';
import { get } from './api';
import { cover } from './cover';
import { el, icons } from './dom';
import { Player } from './player';
import { showInSystem } from './system';
import type { Subject } from './subject';
import { t } from './texts';
import { waveOf } from './wave';

const outside = { target: '_blank', rel: 'noopener' };

/** A frame with nothing in it but words, and the way to this site. */
export function message(text: string, ...more: HTMLElement[]): HTMLElement {
  return el('main', { class: 'message' }, el('a', { href: '/', 'aria-label': 'Veza', ...outside }, icons.logo()), el('div', { role: 'status' }, el('h1', {}, text)), ...more);
}

async function peaksOf(waveformUrl: string): Promise<WaveformData | null> {
  const url = new URL(waveformUrl, location.href);
  url.searchParams.set('resolution', 'overview');
  return get<WaveformData>(url.pathname + url.search).catch(() => null);
}

export function view(subject: Subject): HTMLElement {
  const player = new Player(subject.pieces, () => update());
  const wave = waveOf(player);
  const button = el('button', { type: 'button', class: 'play' }, icons.play(), icons.pause());
  const now = el('p', { class: 'now', dir: 'auto' });
  const time = el('span', { class: 'num', 'aria-hidden': 'true' });
  const told = el('p', { role: 'status', class: 'told' });
  const rows: { index: number; row: HTMLElement; button: HTMLButtonElement; name: HTMLElement }[] = [];
  const { isList, hasMore } = subject;
  let shown = -1;

  async function showPiece(): Promise<void> {
    const { piece, index } = player;
    if (!piece || shown === index) return;
    shown = index;
    now.textContent = isList ? piece.title : '';
    wave.show(t('embed.position', { title: piece.title }), piece.id, null);
    const peaks = piece.waveformUrl ? await peaksOf(piece.waveformUrl) : null;
    if (peaks && shown === index) wave.show(t('embed.position', { title: piece.title }), piece.id, peaks);
  }

  function update(): void {
    const { piece, wanted } = player;
    void showPiece();
    if (!piece) return;
    wave.update();
    button.dataset['state'] = player.waiting ? 'waiting' : wanted ? 'playing' : 'still';
    button.setAttribute('aria-label', t(wanted ? 'embed.pause' : 'embed.play', { title: piece.title }));
    time.textContent = `${clock(player.position * 1000)} / ${clock(player.duration * 1000)}`;
    const problem = player.failed ? t('embed.failed') : '';
    if (told.textContent !== problem) told.textContent = problem;
    for (const { index, row, button: play, name } of rows) {
      const isCurrent = index === player.index;
      row.toggleAttribute('data-current', isCurrent);
      if (isCurrent) play.setAttribute('aria-current', 'true');
      else play.removeAttribute('aria-current');
      name.textContent = t(isCurrent && wanted ? 'embed.pause' : 'embed.play', { title: subject.pieces[index]?.title ?? '' });
    }
    showInSystem(player, piece);
  }

  button.addEventListener('click', () => player.toggle());
  const canPlay = player.piece?.manifestUrl != null;
  const card = el(
    'div',
    { class: 'card' },
    cover(subject.coverUrl, subject.seed),
    el(
      'div',
      { class: 'body' },
      el(
        'div',
        { class: 'head' },
        ...(canPlay ? [button] : []),
        el(
          'div',
          { class: 'words' },
          el('h1', {}, el('a', { href: subject.page, dir: 'auto', ...outside }, subject.title)),
          el('p', { class: 'by', dir: 'auto' }, subject.by),
        ),
        el('a', { class: 'home', href: subject.page, 'aria-label': t('embed.open', { title: subject.title }), ...outside }, icons.logo()),
      ),
      ...(canPlay ? [wave.element, el('div', { class: 'below' }, now, time)] : [el('p', { class: 'by' }, t(isList ? 'embed.empty' : 'embed.not_yet'))]),
      told,
    ),
  );
  if (!isList) {
    update();
    return el('main', {}, card);
  }
  const list = el(
    'ol',
    { class: 'pieces', 'aria-label': t('embed.tracks') },
    ...subject.pieces.map((piece, index) => {
      const hidden = { 'aria-hidden': 'true' };
      const name = el('span', { class: 'unseen' }, piece.title);
      const play = el(
        'button',
        { type: 'button', disabled: !piece.manifestUrl },
        name,
        el('span', { class: 'num number', ...hidden }, String(index + 1)),
        el('span', { class: 'title', dir: 'auto', ...hidden }, piece.title, ...(piece.by === subject.by ? [] : [el('span', { class: 'of' }, ` · ${piece.by}`)])),
        el('span', { class: 'num', ...hidden }, clock(piece.durationMs)),
      );
      const row = el('li', {}, play);
      play.addEventListener('click', () => (index === player.index ? player.toggle() : player.play(index)));
      rows.push({ index, row, button: play, name });
      return row;
    }),
  );
  if (hasMore) {
    list.append(el('li', { class: 'all' }, el('a', { href: subject.page, ...outside }, t('embed.all'))));
  }
  update();
  return el('main', { class: 'with-list' }, card, ...(subject.pieces.length > 0 ? [list] : []));
}
