/* Ten codes for the day the phone is gone. They are never shown again, so there are three ways to take them along. */

import { Copy, Download, Printer } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { useCopy } from '@/lib/dom/useCopy';
import { saveText } from '@/lib/dom/saveText';

interface RecoveryCodesProps {
  codes: readonly string[];
  onKept: () => void;
}

export function RecoveryCodes({ codes, onKept }: RecoveryCodesProps) {
  const { t } = useTranslation();
  const { copy } = useCopy();
  const text = `${t('security.codes.file', { host: location.host })}\n\n${codes.join('\n')}\n`;
  return (
    <div className="space-y-5">
      <div data-print>
        <p className="mb-3 hidden print:block">{t('security.codes.file', { host: location.host })}</p>
        <ol aria-label={t('security.codes.title')} className="grid gap-x-8 gap-y-1.5 rounded-card bg-sunk px-5 py-4 sm:grid-cols-2">
          {codes.map((code) => (
            <li key={code} className="num text-base">
              {code}
            </li>
          ))}
        </ol>
      </div>
      <div className="flex flex-wrap gap-2">
        <Button onClick={() => void copy(codes.join('\n'))}>
          <Copy size={16} aria-hidden />
          {t('common.copy')}
        </Button>
        <Button onClick={() => saveText('veza-recovery-codes.txt', text)}>
          <Download size={16} aria-hidden />
          {t('security.codes.save')}
        </Button>
        <Button onClick={() => print()}>
          <Printer size={16} aria-hidden />
          {t('security.codes.print')}
        </Button>
      </div>
      <Button tone="accent" className="w-full" onClick={onKept}>
        {t('security.codes.kept')}
      </Button>
    </div>
  );
}
