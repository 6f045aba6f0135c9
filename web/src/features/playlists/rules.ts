/* The rules of a smart playlist, as a form has them. */

import type { Playlist, PlaylistCondition } from '@/lib/api/schema';
import { z } from '@/lib/zod';

export type Rules = NonNullable<Playlist['rules']>;
type Field = PlaylistCondition['field'];
type OpsOf = { [F in Field]: readonly Extract<PlaylistCondition, { field: F }>['op'][] };

/** What can be said of each field. The first is what a new condition says. */
export const OPS = {
  genre: ['is', 'is_not'],
  tag: ['is', 'is_not'],
  artist: ['is', 'is_not', 'contains', 'not_contains'],
  title: ['contains', 'not_contains'],
  liked: ['is', 'is_not'],
  released: ['within', 'not_within'],
  added: ['within', 'not_within'],
  duration: ['less', 'more'],
  explicit: ['is_not', 'is'],
  playlist: ['in', 'not_in'],
} as const satisfies OpsOf;

export const FIELDS = ['genre', 'tag', 'artist', 'title', 'liked', 'released', 'added', 'duration', 'explicit', 'playlist'] as const satisfies readonly Field[];
export const SORTS = ['newest', 'oldest', 'title', 'artist', 'shortest', 'longest'] as const satisfies readonly Rules['sort'][];
export const MAX_CONDITIONS = 20;

/** What is entered: nothing more than yes or no, a playlist, a number (days or minutes), or text. */
export function kindOf(field: Field): 'none' | 'playlist' | 'days' | 'minutes' | 'text' {
  if (field === 'liked' || field === 'explicit') return 'none';
  if (field === 'playlist') return 'playlist';
  if (field === 'released' || field === 'added') return 'days';
  return field === 'duration' ? 'minutes' : 'text';
}

const row = z.object({ field: z.enum(FIELDS), op: z.string(), value: z.string().trim() }).superRefine(({ field, value }, context) => {
  const refuse = (message: string) => context.addIssue({ code: 'custom', path: ['value'], message });
  const kind = kindOf(field);
  if (kind === 'none') return;
  if (value === '') refuse('required');
  else if (kind === 'text' && value.length > 100) refuse('too_long');
  else if (kind === 'days' && !(Number.isInteger(Number(value)) && Number(value) >= 1 && Number(value) <= 36_500)) refuse('out_of_range');
  else if (kind === 'minutes' && !(seconds(value) >= 1 && seconds(value) <= 86_400)) refuse('out_of_range');
});

export const rulesSchema = z.object({
  match: z.enum(['all', 'any']),
  conditions: z.array(row).min(1).max(MAX_CONDITIONS),
  sort: z.enum(SORTS),
  limit: z
    .string()
    .trim()
    .refine((value) => /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 500, 'out_of_range'),
});

export type RulesForm = z.infer<typeof rulesSchema>;

const seconds = (minutes: string) => Math.round(Number(minutes.replace(',', '.')) * 60);

export const newCondition = (): RulesForm['conditions'][number] => ({ field: 'genre', op: 'is', value: '' });

export function formOf(rules: Rules | null): RulesForm {
  if (!rules) return { match: 'all', conditions: [newCondition()], sort: 'newest', limit: '100' };
  const entered = (one: PlaylistCondition) => {
    if (!('value' in one)) return '';
    return one.field === 'duration' ? String(Math.round((one.value / 60) * 1000) / 1000) : String(one.value);
  };
  return { ...rules, conditions: rules.conditions.map((one) => ({ field: one.field, op: one.op, value: entered(one) })), limit: String(rules.limit) };
}

export function rulesOf({ match, conditions, sort, limit }: RulesForm): Rules {
  const value = ({ field, value: text }: RulesForm['conditions'][number]) => {
    const kind = kindOf(field);
    if (kind === 'none') return {};
    return { value: kind === 'days' ? Number(text) : kind === 'minutes' ? seconds(text) : text };
  };
  /* the schema has checked that these go together */
  return { match, conditions: conditions.map((one) => ({ field: one.field, op: one.op, ...value(one) }) as PlaylistCondition), sort, limit: Number(limit) };
}
