import { zodResolver } from '@hookform/resolvers/zod';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Button } from '@/components/ui/Button';
import { TextArea, TextField } from '@/components/ui/Field';
import { FormError } from '@/components/ui/FormError';
import { Unsaved } from '@/components/ui/Unsaved';
import { useMe } from '@/lib/api/auth/me';
import { applyProblem } from '@/lib/api/formErrors';
import type { User } from '@/lib/api/schema';
import { useUpdateProfile } from '@/lib/api/users/updateProfile';
import { useTitle } from '@/lib/dom/useTitle';
import { toast } from '@/lib/toast/store';
import { AvatarEditor } from './AvatarEditor';
import { BannerEditor } from './BannerEditor';
import { CompletionMeter } from './CompletionMeter';
import { LinkFields } from './LinkFields';
import { changesOf, formOf, profileSchema, type ProfileForm } from './schema';
import { Section } from './Section';
import { useFieldText } from './useFieldText';

function ProfileFormFields({ me }: { me: User }) {
  const { t } = useTranslation();
  const text = useFieldText();
  const update = useUpdateProfile();
  const [problem, setProblem] = useState<string | null>(null);
  const { register, handleSubmit, setError, reset, control, formState } = useForm<ProfileForm>({
    resolver: zodResolver(profileSchema),
    defaultValues: formOf(me),
  });
  const { errors } = formState;

  const save = handleSubmit(async (form) => {
    setProblem(null);
    try {
      const saved = await update.mutateAsync({ id: me.id, changes: changesOf(form) });
      reset(formOf(saved));
      toast(t('settings.saved'), 'ok');
    } catch (error) {
      setProblem(applyProblem(error, ['first_name', 'last_name', 'bio', 'location'], setError, t));
    }
  });

  return (
    <form onSubmit={(event) => void save(event)} noValidate className="space-y-5">
      <Unsaved when={formState.isDirty} />
      {problem && <FormError>{problem}</FormError>}
      <div className="grid gap-5 sm:grid-cols-2">
        <TextField
          label={t('settings.profile.first_name')}
          autoComplete="given-name"
          {...register('first_name')}
          error={text(errors.first_name?.message)}
        />
        <TextField
          label={t('settings.profile.last_name')}
          autoComplete="family-name"
          {...register('last_name')}
          error={text(errors.last_name?.message)}
        />
      </div>
      <TextArea label={t('settings.profile.bio')} rows={5} {...register('bio')} error={text(errors.bio?.message)} />
      <TextField label={t('settings.profile.location')} {...register('location')} error={text(errors.location?.message)} />
      <LinkFields control={control} register={register} errors={errors.links} />
      <Button type="submit" tone="accent" busy={update.isPending}>
        {t('common.save')}
      </Button>
    </form>
  );
}

export function Component() {
  const { t } = useTranslation();
  const { data: me } = useMe();
  useTitle(t('settings.tab.profile'));
  if (!me) return null;
  return (
    <>
      <CompletionMeter id={me.id} />
      <Section title={t('settings.profile.picture')}>
        <AvatarEditor me={me} />
      </Section>
      <Section title={t('settings.banner.title')}>
        <BannerEditor me={me} />
      </Section>
      <Section
        title={t('settings.profile.about')}
        lead={
          <>
            {t('settings.profile.username', { name: me.username })}{' '}
            <Link to={`/u/${me.username}`} className="underline underline-offset-2 hover:text-ink">
              {t('settings.profile.see')}
            </Link>
          </>
        }
      >
        <ProfileFormFields key={me.id} me={me} />
      </Section>
    </>
  );
}
