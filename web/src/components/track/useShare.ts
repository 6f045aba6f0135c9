import { useTranslation } from 'react-i18next';
import { toast } from '@/lib/toast/store';

/** Hands on a link to a page of ours, such as '/track/1': by the device's own sheet on phones and tablets, else by the clipboard. */
export function useShare({ path, title }: { path: string; title: string }) {
  const { t } = useTranslation();
  const canShare = typeof navigator.share === 'function' && matchMedia('(pointer: coarse)').matches;
  const url = `${location.origin}${path}`;
  async function share() {
    try {
      if (canShare) await navigator.share({ title, url });
      else {
        await navigator.clipboard.writeText(url);
        toast(t('track.copied'), 'ok');
      }
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'AbortError')) toast(t('track.copy_failed', { url }), 'danger');
    }
  }
  return { canShare, share };
}
