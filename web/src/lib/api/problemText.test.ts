import { readFileSync } from 'node:fs';
import i18next from 'i18next';
import { describe, expect, it } from 'vitest';
import en from '@/locales/en/errors.json';
import es from '@/locales/es/errors.json';
import fr from '@/locales/fr/errors.json';
import { ApiProblem, blank } from './problem';
import { mayTryAgain, problemText } from './problemText';

const source = (path: string) => readFileSync(`../${path}`, 'utf8'); /* tests run in web/ */
const refusal = (field: string, code: string, message: string) => new ApiProblem({ ...blank('validation', 422), errors: [{ field, code, message }] });

describe('what a refusal says', () => {
  it('has words in three languages for each reason of the media worker', () => {
    const codes = [...source('src/media/reason.c').matchAll(/= \{ "([a-z_]+)", "/g)].map((match) => String(match[1]));
    expect(codes.length).toBeGreaterThan(10);
    for (const words of [en, fr, es]) expect(Object.keys(words.file)).toEqual(expect.arrayContaining(codes));
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
    expect(mayTryAgain(new TypeError('network'))).toBe(true);
  });
});
