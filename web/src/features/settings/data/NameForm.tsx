import { useTranslation } from 'react-i18next';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { useForm } from '@/lib/form/useForm';
import { sameName } from '@/lib/form/sameName';

interface NameFormProps {
  name: string;
  submit: string;
  onName: (name: string) => Promise<unknown>;
}

/** For accounts without a password: one's name, typed out, guards against a slip. */
export function NameForm({ name, submit, onName }: NameFormProps) {
  const { t } = useTranslation();
  const form = useForm({ schema: sameName(name), values: { name: '' }, send: () => onName(name) });
  return (
    <Form form={form}>
      <TextField label={t('data.delete.type', { name })} autoComplete="off" spellCheck={false} {...form.field('name')} />
      <Button type="submit" tone="danger" busy={form.busy} disabled={!form.formState.isValid} className="w-full">
        {submit}
      </Button>
    </Form>
  );
}
