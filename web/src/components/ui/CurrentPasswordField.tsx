import type { ComponentPropsWithRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { PasswordField } from './PasswordField';

type CurrentPasswordFieldProps = Omit<ComponentPropsWithRef<typeof PasswordField>, 'label' | 'hint' | 'autoComplete'>;

/** The password that one has, with the way out for those who have none. */
export function CurrentPasswordField(props: CurrentPasswordFieldProps) {
  const { t } = useTranslation();
  return (
    <PasswordField
      {...props}
      label={t('common.password.current')}
      autoComplete="current-password"
      hint={
        <Link to="/forgot-password" className="underline underline-offset-2 hover:text-ink">
          {t('common.password.none')}
        </Link>
      }
    />
  );
}
