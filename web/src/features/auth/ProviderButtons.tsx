import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { Button } from '@/components/ui/Button';
import { ProviderMark } from '@/components/brand/ProviderMark';
import { providerUrl, useProviders } from '@/lib/api/oauth/providers';
import { rememberNext } from '@/lib/session/detour';

/** Signing in, or up, with an account elsewhere: only what the operator has switched on. `elsewhere`: in another tab, so that this page
 * stays; it hears of the sign-in. */
export function ProviderButtons({ elsewhere = false }: { elsewhere?: boolean }) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const { data } = useProviders();
  if (!data?.items.length) return null;
  return (
    <>
      <p className="my-5 flex items-center gap-3 text-xs text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        {t('auth.provider.or')}
      </p>
      <ul className="grid gap-3">
        {data.items.map(({ id, name }) => (
          <li key={id}>
            <Button asChild size="lg" className="w-full">
              <a {...(elsewhere ? { target: '_blank', rel: 'noopener' } : {})} href={providerUrl(id, { redirect: '/login?oauth=done' })} onClick={() => rememberNext(params.get('next'))}>
                <ProviderMark name={name} />
                {t('auth.provider.go_on', { name })}
              </a>
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
