import { readFileSync } from 'node:fs';
import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import en from '@/locales/en/common/errors.json';
import es from '@/locales/es/common/errors.json';
import trackEn from '@/locales/en/common/track.json';
import trackEs from '@/locales/es/common/track.json';
import fr from '@/locales/fr/common/errors.json';
import trackFr from '@/locales/fr/common/track.json';
import { ApiProblem, blank, networkProblem } from './problem';
import { mayTryAgain, problemText } from './problemText';

/** The codes that a pattern finds in a source; tests run in web/. */
const found = (path: string, pattern: RegExp) => [...readFileSync(`../${path}`, 'utf8').matchAll(pattern)].map((match) => String(match[1] ?? match[2]));
const refusal = (field: string, code: string, message: string) => new ApiProblem({ ...blank('validation', 422), errors: [{ field, code, message }] });

describe('what a refusal says', () => {
  it('has words in three languages for each reason of the media worker', () => {
    const codes = found('src/media/reason.c', /= \{ "([a-z_]+)", "/g);
    expect(codes.length).toBeGreaterThan(10);
    for (const words of [en, fr, es]) expect(Object.keys(words.file)).toEqual(expect.arrayContaining(codes));
  });

  it('has words in three languages for each reason of the gate for uploads', () => {
    const codes = found('src/api/gate.c', /problem_field\([^"]*"([a-z_]+)", "/g);
    expect(codes.sort()).toEqual(['attachment_kind', 'image_unreadable', 'infected']);
    for (const words of [en, fr, es]) expect(Object.keys(words.file)).toEqual(expect.arrayContaining(codes));
  });

  it('has words in three languages for each other reason why a track can fail', () => {
    const ofWorker = found('src/media/worker_client.c', /set_outcome\(&[^"]*"([a-z_]+)"/g).filter((code) => code !== 'cancelled'); /* that fails no track */
    const ofJob = [...found('src/modules/tracks/transcode.c', /(?:fail|retry)\((?:&work->media|work), "([a-z_]+)"/g), ...found('src/api/media_work.c', /media_work_retry\(work, "([a-z_]+)"/g)];
    expect(ofWorker).toEqual(expect.arrayContaining(['crashed', 'timed_out', 'refused', 'not_started']));
    expect(ofJob).toEqual(expect.arrayContaining(['file_missing', 'internal', 'storage']));
    for (const words of [en, fr, es]) expect(Object.keys(words.file)).toEqual(expect.arrayContaining([...ofWorker, ...ofJob]));
  });

  it('has words in three languages for each note on a track that plays', () => {
    const codes = found('src/modules/tracks/queries.sql', /\('([a-z_]+)',[^)]*\)?[^)]*\)::track_note/g);
    expect(codes.sort()).toEqual(['ended_early', 'mended_samples', 'missed_quality']);
    for (const words of [trackEn, trackFr, trackEs]) for (const code of codes) expect(Object.keys(words.note).map((key) => key.replace(/_(one|many|other)$/, ''))).toContain(code);
  });

  it('is the reason for a file, not that something needs another look', () => {
    const text = problemText(refusal('file', 'not_audio', 'This file is not audio.'), i18next.t);
    expect(text).toBe(en.file.not_audio);
    expect(problemText(refusal('cover', 'something_new', 'The server knows why.'), i18next.t)).toBe('The server knows why.');
    expect(problemText(refusal('title', 'required', 'Needed.'), i18next.t)).toBe(en.field.required);
  });

  it('offers to try again only where that can help', () => {
    expect(mayTryAgain(refusal('file', 'not_audio', ''))).toBe(false);
    for (const status of [403, 413, 415, 422]) expect(mayTryAgain(new ApiProblem(blank('x', status)))).toBe(false);
    for (const status of [429, 500, 503]) expect(mayTryAgain(new ApiProblem(blank('x', status)))).toBe(true);
    expect(mayTryAgain(networkProblem())).toBe(true);
  });
});
