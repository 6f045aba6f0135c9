import i18next from 'i18next';
import { afterEach, describe, expect, it } from 'vitest';
import { setLanguage } from '@/lib/i18n';
import { track } from '@/testing/fixtures';
import { failureText, mayProcessAgain, noteText, outcomeText } from './outcome';

afterEach(() => setLanguage('en'));

const note = (code: string, count: number | null = null, qualities: string[] | null = null) => ({ code, count, qualities });

describe('what processing came to', () => {
  it('is said in the language of the reader', async () => {
    const failed = track({ status: 'failed', failure_code: 'corrupt', status_message: 'This file is damaged: its sound could not be decoded.' });
    const plays = track({ processing_notes: [note('ended_early'), note('mended_samples', 3), note('missed_quality', null, ['low', 'high'])], status_message: 'English' });
    expect(outcomeText(failed, i18next.t)).toBe('This file is damaged: its sound could not be decoded.');
    expect(noteText(plays, i18next.t)).toMatch(/^This file ends early.* 3 samples were .* 64 kbit\/s, 256 kbit\/s\. The others do not\.$/);
    await setLanguage('fr');
    expect(outcomeText(failed, i18next.t)).toBe('Ce fichier est endommagé : son contenu n’a pas pu être décodé.');
    expect(outcomeText(plays, i18next.t)).toMatch(/^Ce fichier se termine trop tôt.* 3 échantillons .* 64 kbit\/s, 256 kbit\/s/);
    await setLanguage('es');
    expect(outcomeText(plays, i18next.t)).toMatch(/^Este archivo termina antes.* 3 muestras /);
  });

  it('is what the server says when its code is not known here', () => {
    expect(failureText({ failure_code: 'something_new', status_message: 'The server knows.' }, i18next.t)).toBe('The server knows.');
    expect(noteText({ processing_notes: [note('something_new')], status_message: 'The server knows.' }, i18next.t)).toBe('The server knows.');
    expect(outcomeText(track(), i18next.t)).toBe('');
  });

  it('can be another one the next time only when the file is not at fault', () => {
    for (const failure_code of ['not_audio', 'corrupt', 'truncated', 'too_long', 'file_missing', 'unsupported_codec']) expect(mayProcessAgain({ failure_code })).toBe(false);
    for (const failure_code of ['storage', 'internal', 'timed_out', 'crashed', 'read_failed', null]) expect(mayProcessAgain({ failure_code })).toBe(true);
  });
});
