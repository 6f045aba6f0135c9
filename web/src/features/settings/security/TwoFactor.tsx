import { ShieldAlert, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';
import { Button } from '@/components/ui/Button';
import { ErrorState } from '@/components/ui/ErrorState';
import { useSecondFactor } from '@/lib/api/mfa/status';
import type { SecondFactor } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';
import { Section } from '../Section';
import { TwoFactorOff } from './TwoFactorOff';
import { TwoFactorSetup } from './TwoFactorSetup';

/** Below this many recovery codes one had better think of new ones. */
const FEW = 3;

function State({ factor }: { factor: SecondFactor }) {
  const { t } = useTranslation();
  const format = useFormat();
  const few = factor.enabled && factor.recovery_codes_left <= FEW;
  const Icon = factor.enabled ? ShieldCheck : ShieldAlert;
  return (
    <div className="flex items-start gap-4">
      <Icon size={24} aria-hidden className={factor.enabled ? 'shrink-0 text-ok' : 'shrink-0 text-muted'} />
      <div>
        <p className="font-semibold">{t(factor.enabled ? 'security.two.on' : 'security.two.off')}</p>
        {factor.enabled && (
          <p className="text-muted">
            {factor.enabled_at && t('security.two.since', { date: format.day(factor.enabled_at) })}{' '}
            <span className={few ? 'text-danger' : ''}>{t('security.two.left', { count: factor.recovery_codes_left })}</span>
          </p>
        )}
        {few && <p className="mt-1 text-muted">{t('security.two.few')}</p>}
      </div>
    </div>
  );
}

/** A code of an app after the password. */
export function TwoFactor() {
  const { t } = useTranslation();
  const factor = useSecondFactor();
  const [open, setOpen] = useState<'setup' | 'off' | null>(null);
  const close = () => setOpen(null);
  return (
    <Section id="two-factor" title={t('security.two.title')} lead={t('security.two.lead')}>
      {factor.isPending && <PeaksSkeleton />}
      {factor.isLoadingError && <ErrorState error={factor.error} onRetry={() => void factor.refetch()} />}
      {factor.data && (
        <div className="space-y-5">
          <State factor={factor.data} />
          {factor.data.enabled ? (
            <Button tone="danger" onClick={() => setOpen('off')}>
              {t('security.two.switch_off')}
            </Button>
          ) : (
            <Button tone="accent" onClick={() => setOpen('setup')}>
              {t('security.two.set_up')}
            </Button>
          )}
        </div>
      )}
      {open === 'setup' && <TwoFactorSetup onClose={close} />}
      {open === 'off' && <TwoFactorOff onClose={close} />}
    </Section>
  );
}
