/* Who did what, and what stands on the back of a record. */

import { useTranslation } from 'react-i18next';
import type { Release } from '@/lib/api/schema';
import { useFormat } from '@/lib/format/useFormat';
import { isText } from '@/lib/i18n';
import { LICENCES } from '@/lib/licences';

function Licence({ licence }: { licence: Release['licence'] }) {
  const { t } = useTranslation();
  const url = LICENCES[licence];
  const name = t(`releases.licence.${licence}`);
  if (!url) return name;
  return (
    <a href={url} rel="license noreferrer" target="_blank" className="underline hover:text-ink">
      {name}
    </a>
  );
}

export function ReleaseFacts({ release }: { release: Release }) {
  const { t } = useTranslation();
  const f = useFormat();
  const roles = new Map<string, string[]>();
  for (const { role, name } of release.credits) if (role && name) roles.set(role, [...(roles.get(role) ?? []), name]);
  const roleName = (role: string) => {
    const key = `releases.role.${role}`;
    return isText(key) ? t(key) : role;
  };
  return (
    <div className="space-y-10">
      {roles.size > 0 && (
        <section aria-labelledby="credits">
          <h2 id="credits" className="mb-2 text-lg">
            {t('releases.credits')}
          </h2>
          <dl className="border-t border-line">
            {[...roles].map(([role, names]) => (
              <div key={role} className="flex justify-between gap-6 border-b border-line py-2">
                <dt className="text-muted">{roleName(role)}</dt>
                <dd className="min-w-0 text-end break-words">
                  {names.map((name, i) => (
                    <bdi key={i} className="block">
                      {name}
                    </bdi>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      )}
      <section aria-label={t('releases.facts')}>
        <dl className="border-t border-line">
          {(
            [
              ['date', !release.is_announced && release.release_at && f.dayIn(release.release_at, release.release_zone ?? 'UTC')],
              ['label', release.label],
              ['upc', release.upc],
            ] as const
          ).map(
            ([key, value]) =>
              value && (
                <div key={key} className="flex justify-between gap-6 border-b border-line py-2">
                  <dt className="text-muted">{t(`releases.fact.${key}`)}</dt>
                  <dd dir="auto" className={`min-w-0 text-end break-words ${key === 'upc' ? 'num' : ''}`}>
                    {value}
                  </dd>
                </div>
              ),
          )}
          <div className="flex justify-between gap-6 border-b border-line py-2">
            <dt className="text-muted">{t('releases.fact.licence')}</dt>
            <dd className="min-w-0 text-end">
              <Licence licence={release.licence} />
            </dd>
          </div>
        </dl>
      </section>
    </div>
  );
}
