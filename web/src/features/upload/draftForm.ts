/* What the form of a draft says, whether it is on the page or not. */

import { emptyTrackForm, trackSchema, type TrackForm } from '@/components/track/trackSchema';
import { genreName } from '@/lib/genres';
import { publish, tagsRead } from './engine';
import { itemOf, tagFields, type UploadItem } from './store';

/** What the tags say, as the form shows it. */
export function filled(item: UploadItem): Partial<TrackForm> {
  const fields = tagFields(item);
  return fields.genre ? { ...fields, genre: genreName(fields.genre) } : fields;
}

/** What its form says: what was typed, else what the tags say. */
export const draftForm = (item: UploadItem): TrackForm => ({ ...emptyTrackForm, title: item.title, ...item.form, ...filled(item) });

/** Publishes a draft whose form is not on the page; one that is not complete stays a draft. */
export async function publishUnseen(key: string): Promise<void> {
  await tagsRead(key);
  const item = itemOf(key);
  const form = item?.saving === 'draft' ? trackSchema.safeParse(draftForm(item)) : undefined;
  if (form?.success) publish(key, form.data);
}
