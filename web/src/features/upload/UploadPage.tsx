import { useTranslation } from 'react-i18next';
import { CreatorInvite } from '@/components/track/CreatorInvite';
import { Button } from '@/components/ui/Button';
import { LongList } from '@/components/ui/LongList';
import { Page, PageHeader } from '@/components/ui/Page';
import { useMe } from '@/lib/api/auth/me';
import { useServerStatus } from '@/lib/api/system/status';
import { useQuota } from '@/lib/api/uploads/quota';
import { mayUpload } from '@/lib/api/users/becomeCreator';
import { useTitle } from '@/lib/dom/useTitle';
import { useFormat } from '@/lib/format/useFormat';
import { toast } from '@/lib/toast/store';
import { DraftCard } from './DraftCard';
import { DropZone } from './DropZone';
import { placeOf } from '@/lib/uploads/unfinished';
import { publishUnseen } from './draftForm';
import { addFiles, wasRefused } from './engine';
import { roomWanted, useUploads, type UploadItem } from './store';
import { ReleaseOffer } from './ReleaseOffer';
import { UnfinishedList } from './UnfinishedList';
import { UploadRow } from './UploadRow';
import { UploadTotal } from './UploadTotal';

const keyOf = ({ key }: UploadItem) => key;

/** Forms that are on the page check themselves; of many drafts, those out of sight have none there. */
function publishAll(drafts: readonly UploadItem[]): void {
  const forms = new Map([...document.querySelectorAll<HTMLFormElement>('form[data-draft]')].map((form) => [form.dataset['draft'], form]));
  for (const item of drafts) {
    const form = forms.get(item.key);
    if (form) form.requestSubmit();
    else void publishUnseen(item.key);
  }
}

export function Component() {
  const { t } = useTranslation();
  const format = useFormat();
  const { data: me } = useMe();
  const limit = useServerStatus().data?.max_upload_bytes;
  const quota = useQuota(me && mayUpload(me) ? me.id : undefined).data;
  const items = useUploads((s) => s.items);
  useTitle(t('upload.title'));
  if (!me) return null;
  if (!mayUpload(me)) {
    return (
      <Page>
        <PageHeader title={t('upload.title')} />
        <CreatorInvite />
      </Page>
    );
  }

  const drafts = items.filter((item) => item.saving === 'draft');
  const ready = drafts.filter((item) => !wasRefused(item));
  const others = items.filter((item) => item.saving !== 'draft');

  function add(files: readonly File[]) {
    const fits: File[] = [];
    let room = quota ? quota.free_bytes - roomWanted(items) : Infinity;
    for (const file of files) {
      if (file.size === 0) toast(t('upload.empty_file', { name: file.name }), 'danger');
      else if (limit !== undefined && file.size > limit) toast(t('upload.too_big', { name: file.name, limit: format.bytes(limit) }), 'danger');
      else if (file.size > room && !placeOf(file)) toast(t('upload.no_room', { name: file.name, size: format.bytes(file.size), free: format.bytes(Math.max(room, 0)) }), 'danger');
      else {
        if (!placeOf(file)) room -= file.size; /* what was begun has its room already */
        fits.push(file);
      }
    }
    addFiles(fits);
  }

  return (
    <Page>
      <PageHeader title={t('upload.title')} />
      <DropZone onFiles={add} small={items.length > 0} />
      <UploadTotal items={items} />
      <UnfinishedList items={items} />
      <ReleaseOffer items={items} />

      {others.length > 0 && (
        <section className="mt-10" aria-labelledby="sending">
          <h2 id="sending" className="mb-3 text-xl">
            {t('upload.under_way')}
          </h2>
          <LongList items={others} keyOf={keyOf} rowHeight={76} className="border-t border-line" itemClass="border-b border-line">
            {(item) => <UploadRow item={item} />}
          </LongList>
        </section>
      )}

      {drafts.length > 0 && (
        <section className="mt-10" aria-labelledby="drafts">
          <div className="mb-4 flex flex-wrap items-end justify-between gap-3">
            <h2 id="drafts" className="text-xl">
              {t('upload.drafts', { count: ready.length })}
            </h2>
            {ready.length > 1 && (
              <Button tone="accent" onClick={() => publishAll(ready)}>
                {t('upload.publish_all')}
              </Button>
            )}
          </div>
          <LongList items={drafts} keyOf={keyOf} rowHeight={720} itemClass="pb-6">
            {(item) => <DraftCard item={item} />}
          </LongList>
        </section>
      )}
    </Page>
  );
}
