import { Eye, EyeOff } from 'lucide-react';
import { useState, type ComponentPropsWithRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { TextField } from './Field';
import { IconButton } from './IconButton';

interface PasswordFieldProps extends Omit<ComponentPropsWithRef<'input'>, 'type' | 'className' | 'id'> {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
}

export function PasswordField(props: PasswordFieldProps) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  return (
    <TextField
      {...props}
      type={shown ? 'text' : 'password'}
      trailing={
        <IconButton label={t(shown ? 'common.password.hide' : 'common.password.show')} size="sm" onClick={() => setShown(!shown)}>
          {shown ? <EyeOff size={18} aria-hidden /> : <Eye size={18} aria-hidden />}
        </IconButton>
      }
    />
  );
}
