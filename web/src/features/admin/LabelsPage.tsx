/* For administrators: tags and genres. What is merged, split, moved or gets another name. */

import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { GenreTreeList } from '@/components/genre/GenreTreeList';
import { Button } from '@/components/ui/Button';
import { TextField } from '@/components/ui/Field';
import { Form } from '@/components/ui/Form';
import { NotFound } from '@/components/ui/NotFound';
import { Page, PageHeader } from '@/components/ui/Page';
import { useAddAlias, useMergeGenre, useMergeTag, useMoveGenre, useRemoveAlias, useSplitTag } from '@/lib/api/admin/labels';
import { useMe } from '@/lib/api/auth/me';
import { useTitle } from '@/lib/dom/useTitle';
import { useForm } from '@/lib/form/useForm';
import { toast } from '@/lib/toast/store';
import { z } from '@/lib/zod';

const label = z.string().trim().min(1, 'required').max(100, 'too_long');
const optional = z.string().trim().max(100, 'too_long');

function Part({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <section className="mb-8 rounded-card border border-line p-4">
      <h3 className="font-semibold">{title}</h3>
      <p className="mt-1 mb-4 text-sm text-muted">{text}</p>
      {children}
    </section>
  );
}

function MergeTag() {
  const { t } = useTranslation();
  const merge = useMergeTag();
  const form = useForm({
    schema: z.object({ tag: label, into: label }),
    values: { tag: '', into: '' },
    send: async (given, { reset }) => {
      const done = await merge.mutateAsync(given);
      toast(t('labels.merged', { from: done.tag, into: done.into }));
      reset();
    },
  });
  return (
    <Part title={t('labels.merge_tag')} text={t('labels.merge_text')}>
      <Form form={form}>
        <TextField label={t('labels.goes')} maxLength={30} dir="auto" {...form.field('tag')} />
        <TextField label={t('labels.stays')} maxLength={30} dir="auto" {...form.field('into')} />
        <Button type="submit" busy={form.busy}>
          {t('labels.merge')}
        </Button>
      </Form>
    </Part>
  );
}

function SplitTag() {
  const { t } = useTranslation();
  const split = useSplitTag();
  const form = useForm({
    schema: z.object({ name: label }),
    values: { name: '' },
    send: async (given, { reset }) => {
      const done = await split.mutateAsync(given);
      toast(t('labels.was_split', { name: done.tag, from: done.from }));
      reset();
    },
  });
  return (
    <Part title={t('labels.split_tag')} text={t('labels.split_text')}>
      <Form form={form}>
        <TextField label={t('labels.word')} maxLength={30} dir="auto" {...form.field('name')} />
        <Button type="submit" busy={form.busy}>
          {t('labels.split')}
        </Button>
      </Form>
    </Part>
  );
}

function MergeGenre() {
  const { t } = useTranslation();
  const merge = useMergeGenre();
  const form = useForm({
    schema: z.object({ genre: label, into: label }),
    values: { genre: '', into: '' },
    send: async (given, { reset }) => {
      const done = await merge.mutateAsync(given);
      toast(t('labels.merged', { from: done.genre, into: done.into }));
      reset();
    },
  });
  return (
    <Part title={t('labels.merge_genre')} text={t('labels.merge_text')}>
      <Form form={form}>
        <TextField label={t('labels.goes')} maxLength={100} dir="auto" {...form.field('genre')} />
        <TextField label={t('labels.stays')} maxLength={100} dir="auto" {...form.field('into')} />
        <Button type="submit" busy={form.busy}>
          {t('labels.merge')}
        </Button>
      </Form>
    </Part>
  );
}

function MoveGenre() {
  const { t } = useTranslation();
  const move = useMoveGenre();
  const form = useForm({
    schema: z.object({ genre: label, parent: optional }),
    values: { genre: '', parent: '' },
    send: async ({ genre, parent }, { reset }) => {
      await move.mutateAsync({ genre, parent: parent || null });
      toast(t('labels.moved', { name: genre }));
      reset();
    },
  });
  return (
    <Part title={t('labels.move_genre')} text={t('labels.move_text')}>
      <Form form={form}>
        <TextField label={t('labels.genre')} maxLength={100} dir="auto" {...form.field('genre')} />
        <TextField label={t('labels.parent')} hint={t('labels.parent_hint')} maxLength={100} dir="auto" {...form.field('parent')} />
        <Button type="submit" busy={form.busy}>
          {t('labels.move')}
        </Button>
      </Form>
    </Part>
  );
}

function AddAlias() {
  const { t } = useTranslation();
  const add = useAddAlias();
  const form = useForm({
    schema: z.object({ name: label, genre: label }),
    values: { name: '', genre: '' },
    send: async (given, { reset }) => {
      await add.mutateAsync(given);
      toast(t('labels.alias_added', { name: given.name, genre: given.genre }));
      reset();
    },
  });
  return (
    <Part title={t('labels.alias')} text={t('labels.alias_text')}>
      <Form form={form}>
        <TextField label={t('labels.other_name')} maxLength={100} dir="auto" {...form.field('name')} />
        <TextField label={t('labels.genre')} maxLength={100} dir="auto" {...form.field('genre')} />
        <Button type="submit" busy={form.busy}>
          {t('labels.add')}
        </Button>
      </Form>
    </Part>
  );
}

export function Component() {
  const { t } = useTranslation();
  const me = useMe();
  const remove = useRemoveAlias();
  useTitle(t('labels.title'));
  if (me.data && !me.data.is_admin) return <NotFound />;
  return (
    <Page>
      <PageHeader title={t('labels.title')}>{t('labels.text')}</PageHeader>
      <div className="gap-x-8 lg:grid lg:grid-cols-2">
        <div>
          <h2 className="mb-4 text-lg">{t('labels.tags')}</h2>
          <MergeTag />
          <SplitTag />
        </div>
        <div>
          <h2 className="mb-4 text-lg">{t('labels.genres')}</h2>
          <MergeGenre />
          <MoveGenre />
          <AddAlias />
        </div>
      </div>
      <h2 className="mb-4 text-lg">{t('labels.tree')}</h2>
      <GenreTreeList onRemoveAlias={(name) => void remove.mutateAsync(name)} removeLabel={(name) => t('labels.alias_remove', { name })} />
    </Page>
  );
}
