/* What a person may say about a release, as a form has it (all text) and as the server wants it. */

import type { ReleaseChanges } from '@/lib/api/releases/update';
import type { Release } from '@/lib/api/schema';
import { deviceTimeZone, instantOf, wallTime } from '@/lib/format/timeZone';
import { LICENCE_NAMES } from '@/lib/licences';
import { downloadChoice, fieldsOfFormats, formatFields } from '@/components/track/downloadFormats';
import { z } from '@/lib/zod';

export const KINDS = ['album', 'ep', 'single', 'compilation'] as const;
export const VISIBILITIES = ['public', 'unlisted', 'scheduled', 'private'] as const;
export const ROLES = [
  'main_artist',
  'featured_artist',
  'composer',
  'lyricist',
  'arranger',
  'performer',
  'vocals',
  'producer',
  'recording_engineer',
  'mixing_engineer',
  'mastering_engineer',
  'artwork',
  'photography',
  'other',
] as const;

const text = (max: number) => z.string().trim().max(max, 'too_long');

export const releaseSchema = z
  .object({
    title: z.string().trim().min(1, 'required').max(255, 'too_long'),
    artist: text(255),
    kind: z.enum(KINDS),
    slug: z
      .string()
      .trim()
      .max(100, 'too_long')
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'invalid'),
    visibility: z.enum(VISIBILITIES),
    /** Of a scheduled release, as clocks in its zone show it: "2026-12-24T18:00". */
    publish_at: z.string(),
    publish_zone: z.string(),
    release_at: z.string(),
    release_zone: z.string(),
    licence: z.enum(LICENCE_NAMES as [Release['licence'], ...Release['licence'][]]),
    is_downloadable: z.boolean(),
    ...formatFields,
    label: text(255),
    upc: z.string().trim().regex(/^([0-9]{12,13})?$/, 'invalid'),
    credits: z.array(z.object({ name: z.string().trim().min(1, 'required').max(255, 'too_long'), role: z.enum(ROLES) })),
    description: text(10_000),
  })
  .refine(({ visibility, publish_at }) => visibility !== 'scheduled' || publish_at !== '', { path: ['publish_at'], message: 'required' });

export type ReleaseForm = z.infer<typeof releaseSchema>;

export function formOf(release: Release): ReleaseForm {
  const publish_zone = release.publish_zone ?? deviceTimeZone();
  const release_zone = release.release_zone ?? deviceTimeZone();
  return {
    title: release.title,
    artist: release.artist ?? '',
    kind: release.kind,
    slug: release.slug,
    visibility: release.visibility,
    publish_at: release.publish_at ? wallTime(release.publish_at, publish_zone) : '',
    publish_zone,
    release_at: release.release_at ? wallTime(release.release_at, release_zone) : '',
    release_zone,
    licence: release.licence,
    is_downloadable: release.is_downloadable,
    ...fieldsOfFormats(release.download_formats),
    label: release.label ?? '',
    upc: release.upc ?? '',
    credits: release.credits.map(({ name, role }) => ({ name: name ?? '', role: ROLES.find((one) => one === role) ?? 'other' })),
    description: release.description ?? '',
  };
}

const orNull = (value: string) => (value === '' ? null : value);

/** The form as PUT /releases/{id} wants it. A moment that was not touched is not sent: the form shows it to the minute only. */
export function changesOf(form: ReleaseForm, before: Release): ReleaseChanges {
  const old = formOf(before);
  return {
    title: form.title,
    artist: orNull(form.artist),
    kind: form.kind,
    ...(form.slug !== before.slug ? { slug: form.slug } : {}),
    ...(form.visibility !== before.visibility ? { visibility: form.visibility } : {}),
    ...(form.visibility === 'scheduled' && (form.publish_at !== old.publish_at || before.visibility !== 'scheduled')
      ? { publish_at: instantOf(form.publish_at, form.publish_zone), publish_zone: form.publish_zone }
      : {}),
    ...(form.release_at !== old.release_at
      ? form.release_at === ''
        ? { release_at: null }
        : { release_at: instantOf(form.release_at, form.release_zone), release_zone: form.release_zone }
      : {}),
    licence: form.licence,
    ...downloadChoice(form),
    label: orNull(form.label),
    upc: orNull(form.upc),
    credits: form.credits,
    description: orNull(form.description),
  };
}
