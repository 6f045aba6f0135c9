import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from '@/lib/toast/store';

/** Puts a text on the clipboard and says so; `copied` is the text that was copied last. */
export function useCopy() {
  const { t } = useTranslation();
  const [copied, setCopied] = useState<string | null>(null);
  async function copy(text: string) {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(text);
      toast(t('common.copied'), 'ok');
    } catch {
      toast(t('common.copy_failed'), 'danger');
    }
  }
  return { copied, copy };
}
