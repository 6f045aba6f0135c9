/* An error the server told us about (RFC 9457), or a failure to reach it. */

import type { Problem } from './schema';

export type FieldError = NonNullable<Problem['errors']>[number];

export class ApiProblem extends Error {
  readonly code: string;
  readonly status: number;
  readonly detail: string | undefined;
  readonly requestId: string | undefined;
  readonly fields: readonly FieldError[];
  /** Seconds to wait, when the server named them. */
  readonly retryAfter: number | undefined;

  constructor(body: Problem, retryAfter?: number) {
    super(body.title);
    this.name = 'ApiProblem';
    this.code = body.code;
    this.status = body.status;
    this.detail = body.detail || undefined;
    this.requestId = body.request_id || undefined;
    this.fields = body.errors ?? [];
    this.retryAfter = retryAfter;
  }
}

/** A problem of which only the code is known. */
export const blank = (code: string, status: number): Problem => ({
  type: `/problems/${code}`,
  code,
  title: code,
  status,
  detail: '',
  request_id: '',
});

/** The problem a response carries; a body that is no problem document becomes `internal` or `unavailable`. */
export function problemFrom(status: number, text: string, retryAfter: string | null): ApiProblem {
  const wait = retryAfter && /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined;
  try {
    const body = JSON.parse(text) as Partial<Problem>;
    if (typeof body.code === 'string') {
      return new ApiProblem({ ...blank(body.code, status), ...body, code: body.code, status }, wait);
    }
  } catch {
    /* a proxy's page, not ours */
  }
  const code = status === 503 || status === 502 || status === 504 ? 'unavailable' : status === 404 ? 'not_found' : 'internal';
  return new ApiProblem(blank(code, status), wait);
}

export function networkProblem(): ApiProblem {
  return new ApiProblem(blank('network', 0));
}

export function hasCode(error: unknown, ...codes: string[]): error is ApiProblem {
  return error instanceof ApiProblem && codes.includes(error.code);
}
