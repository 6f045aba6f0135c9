import { useTranslation } from 'react-i18next';

/** How long a link may work, in days; 0: until it is revoked. */
export const LIFETIMES = [0, 1, 7, 30] as const;
export type Lifetime = (typeof LIFETIMES)[number];

export const expiryOf = (days: Lifetime) => (days ? new Date(Date.now() + days * 86_400_000).toISOString() : null);

export function useLifetimeName() {
  const { t } = useTranslation();
  return (days: Lifetime) => (days ? t('sharing.days', { count: days }) : t('sharing.forever'));
}
