/* The embed player: one page that other sites show in a frame (docs/adr/0085). It knows nobody: no cookie, no storage, no session. */

import './embed.css';
import { Missing } from './api';
import { el } from './dom';
import { subjectAt } from './subject';
import { language, t } from './texts';
import { message, view } from './view';

const root = document.documentElement;
const light = matchMedia('(prefers-color-scheme: light)');
const setTheme = () => {
  root.dataset['theme'] = light.matches ? 'light' : 'dark';
};

function show(...content: HTMLElement[]): void {
  document.getElementById('root')?.replaceChildren(...content);
  root.dataset['ready'] = 'true';
}

async function load(): Promise<void> {
  try {
    const subject = await subjectAt(location.pathname);
    document.title = `${subject.title} – ${subject.by} · Veza`;
    show(view(subject));
  } catch (error) {
    if (error instanceof Missing) return show(message(t('embed.unavailable')));
    const again = el('button', { type: 'button', class: 'again' }, t('embed.again'));
    again.addEventListener('click', () => void load());
    show(message(t('embed.not_loaded'), again));
  }
}

setTheme();
light.addEventListener('change', setTheme);
root.lang = language;
void load();
