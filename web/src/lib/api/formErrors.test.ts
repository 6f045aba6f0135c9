import { describe, expect, it, vi } from 'vitest';
import type { TFunction } from 'i18next';
import { applyProblem } from './formErrors';
import { ApiProblem } from './problem';

interface Form {
  title: string;
  credits: { role: string }[];
}

const refusal = (field: string) =>
  new ApiProblem({ type: '/problems/validation', code: 'validation', status: 422, title: 'x', detail: 'x', request_id: 'x', errors: [{ field, code: 'value', message: 'wrong' }] });
const t = ((key: string) => key) as unknown as TFunction;

describe('a refused field is marked where it stands in the form', () => {
  it.each([
    ['title', 'title'],
    ['credits', 'credits'],
    ['credits[3].role', 'credits.3.role'],
    ['credits[3].fee.amount', 'credits'],
    ['credits[2]', 'credits'],
    ['creditsdue', null],
    ['titles[0]', null],
  ])('%s at %s', (refused, at) => {
    const setError = vi.fn();
    const rest = applyProblem<Form>(refusal(refused), ['title', 'credits', 'credits.3.role'], setError, t);
    expect(setError.mock.calls.map(([name]: unknown[]) => name)).toEqual(at === null ? [] : [at]);
    expect(rest === null).toBe(at !== null);
  });
});
