import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Button } from '@/components/ui/Button';
import { TextArea, TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { useMe } from '@/lib/api/auth/me';
import type { User } from '@/lib/api/schema';
import { useUpdateProfile } from '@/lib/api/users/updateProfile';
import { useTitle } from '@/lib/dom/useTitle';
import { useForm } from '@/lib/form/useForm';
import { toast } from '@/lib/toast/store';
import { AvatarEditor } from './AvatarEditor';
import { BannerEditor } from './BannerEditor';
import { CompletionMeter } from './CompletionMeter';
import { LinkFields } from './LinkFields';
import { changesOf, formOf, profileSchema } from './schema';
import { Section } from './Section';

function ProfileFormFields({ me }: { me: User }) {
  const { t } = useTranslation();
  const update = useUpdateProfile();
  const form = useForm({
    schema: profileSchema,
    values: formOf(me),
    async send(values, { reset }) {
      const saved = await update.mutateAsync({ id: me.id, changes: changesOf(values) });
      reset(formOf(saved));
      toast(t('settings.saved'), 'ok');
    },
  });

  return (
    <Form form={form} guarded>
      <div className="grid gap-5 sm:grid-cols-2">
        <TextField
          label={t('settings.profile.first_name')}
          autoComplete="given-name"
          {...form.field('first_name')}
        />
        <TextField
          label={t('settings.profile.last_name')}
          autoComplete="family-name"
          {...form.field('last_name')}
        />
      </div>
      <TextArea label={t('settings.profile.bio')} rows={5} {...form.field('bio')} />
      <TextField label={t('settings.profile.location')} {...form.field('location')} />
      <LinkFields form={form} />
      <Button type="submit" tone="accent" busy={form.busy}>
        {t('common.save')}
      </Button>
    </Form>
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
