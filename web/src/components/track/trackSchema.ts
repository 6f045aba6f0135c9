/* What a person may say about a track, as a form has it (all text) and as the server wants it. */

import type { Track } from '@/lib/api/schema';
import type { TrackChanges } from '@/lib/api/tracks/update';
import { deviceTimeZone, instantOf, wallTime } from '@/lib/format/timeZone';
import { genreName, genreOf } from '@/lib/genres';
import { z } from '@/lib/zod';
import { downloadChoice, fieldsOfFormats, formatFields } from './downloadFormats';

const text = (max: number) => z.string().trim().max(max, 'too_long');
const between = (min: number, max: number) =>
  z
    .string()
    .trim()
    .refine((value) => /^\d*$/.test(value), 'invalid')
    .refine((value) => !/^\d+$/.test(value) || (Number(value) >= min && Number(value) <= max), 'out_of_range');

/** Who may hear a track, the most open first. */
export const VISIBILITIES = ['public', 'unlisted', 'scheduled', 'private'] as const;

export const trackSchema = z.object({
  title: z.string().trim().min(1, 'required').max(255, 'too_long'),
  artist: text(255),
  album: text(255),
  genre: text(100),
  tags: text(1000).refine((value) => splitTags(value).length <= 30, 'too_many').refine((value) => splitTags(value).every((tag) => tag.length <= 30), 'too_long'),
  description: text(10_000),
  year: between(1, 2100),
  bpm: between(1, 999),
  musical_key: text(10),
  visibility: z.enum(VISIBILITIES),
  /** Of a scheduled track, as clocks in its zone show it: "2026-12-24T18:00". */
  publish_at: z.string(),
  publish_zone: z.string(),
  is_downloadable: z.boolean(),
  ...formatFields,
  is_explicit: z.boolean(),
  comments_open: z.boolean(),
  comments_days: between(1, 3650),
}).refine(({ visibility, publish_at }) => visibility !== 'scheduled' || publish_at !== '', { path: ['publish_at'], message: 'required' });

export type TrackForm = z.infer<typeof trackSchema>;

export const emptyTrackForm: TrackForm = {
  title: '',
  artist: '',
  album: '',
  genre: '',
  tags: '',
  description: '',
  year: '',
  bpm: '',
  musical_key: '',
  visibility: 'public',
  publish_at: '',
  publish_zone: deviceTimeZone(),
  is_downloadable: false,
  ...fieldsOfFormats(['original']),
  is_explicit: false,
  comments_open: true,
  comments_days: '',
};

export function splitTags(value: string): string[] {
  const tags = value
    .split(/[,;]/)
    .map((tag) => tag.trim().replace(/^#/, ''))
    .filter(Boolean);
  return [...new Set(tags)];
}

export function formOf(track: Track): TrackForm {
  const publish_zone = track.publish_zone ?? deviceTimeZone();
  return {
    title: track.title,
    artist: track.artist ?? '',
    album: track.album ?? '',
    genre: genreName(track.genre ?? ''),
    tags: (track.tags ?? []).join(', '),
    description: track.description ?? '',
    year: track.year?.toString() ?? '',
    bpm: track.bpm?.toString() ?? '',
    musical_key: track.musical_key ?? '',
    visibility: track.visibility,
    publish_at: track.publish_at ? wallTime(track.publish_at, publish_zone) : '',
    publish_zone,
    is_downloadable: track.is_downloadable,
    ...fieldsOfFormats(track.download_formats),
    is_explicit: track.is_explicit,
    comments_open: track.comments_open,
    comments_days: track.comments_days?.toString() ?? '',
  };
}

const orNull = (value: string) => (value === '' ? null : value);
const numberOrNull = (value: string) => (value === '' ? null : Number(value));


/** The whole form as PUT /tracks/{id} wants it. */
export function changesOf(form: TrackForm): TrackChanges {
  return {
    title: form.title,
    artist: orNull(form.artist),
    album: orNull(form.album),
    genre: orNull(genreOf(form.genre)),
    tags: splitTags(form.tags),
    description: orNull(form.description),
    year: numberOrNull(form.year),
    bpm: numberOrNull(form.bpm),
    musical_key: orNull(form.musical_key),
    visibility: form.visibility,
    ...(form.visibility === 'scheduled' ? { publish_at: instantOf(form.publish_at, form.publish_zone), publish_zone: form.publish_zone } : {}),
    ...downloadChoice(form),
    is_explicit: form.is_explicit,
    comments_open: form.comments_open,
    comments_days: numberOrNull(form.comments_days),
  };
}
