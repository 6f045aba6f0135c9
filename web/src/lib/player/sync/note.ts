/* Which version of the queue on the server this browser's copy (persist.ts) is of, over a reload: a copy that was changed and could not be sent is not
 * lost silently. Tabs share the note and the copy, which are written at different moments, so the note says which copy it is about. */

import { NOTE } from '../persist';
import type { Note } from './replica';

export function readNote(): Note | null {
  try {
    const note = JSON.parse(sessionStorage.getItem(NOTE) ?? localStorage.getItem(NOTE) ?? 'null') as Partial<Note> | null;
    return note && Number.isSafeInteger(note.version) ? { who: note.who ?? null, version: note.version ?? 0, clean: note.clean === true, sum: String(note.sum) } : null;
  } catch {
    return null;
  }
}

export function writeNote(note: Note): void {
  try {
    const text = JSON.stringify(note);
    sessionStorage.setItem(NOTE, text);
    localStorage.setItem(NOTE, text);
  } catch {
    /* without storage the queue is read anew at each load */
  }
}
