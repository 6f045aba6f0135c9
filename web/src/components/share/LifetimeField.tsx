import { useTranslation } from 'react-i18next';
import { SelectField } from '@/components/ui/Field';
import { LIFETIMES, useLifetimeName, type Lifetime } from './lifetime';

interface LifetimeFieldProps {
  value: Lifetime;
  onChange: (days: Lifetime) => void;
  className?: string;
}

/** How long a new link will work. */
export function LifetimeField({ value, onChange, ...props }: LifetimeFieldProps) {
  const { t } = useTranslation();
  const nameOf = useLifetimeName();
  return (
    <SelectField {...props} label={t('sharing.works')} value={value} onChange={(event) => onChange(Number(event.target.value) as Lifetime)}>
      {LIFETIMES.map((days) => (
        <option key={days} value={days}>
          {nameOf(days)}
        </option>
      ))}
    </SelectField>
  );
}
