import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Progress } from '@/components/ui/Progress';
import { useCompletion } from '@/lib/api/users/completion';

/** Steps that have words, in the order of the form; those done on another page lead there. */
const STEPS = [
  { key: 'avatar' },
  { key: 'name' },
  { key: 'bio' },
  { key: 'location' },
  { key: 'social_links' },
  { key: 'email_verified', to: '/verify-email' },
  { key: 'first_track', to: '/upload' },
] as const satisfies readonly { key: string; to?: string }[];

/** How complete one's profile is and what would make it more so. Says nothing when it cannot be told. */
export function CompletionMeter({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data } = useCompletion(id);
  if (!data) return null;
  const missing = STEPS.filter(({ key }) => data.missing.includes(key));
  const label = t('settings.completion.label', { percent: data.percent });
  return (
    <div className="mb-8 rounded-card bg-sunk p-4">
      <p className="num mb-2">{label}</p>
      <Progress value={data.percent / 100} label={label} />
      {missing.length > 0 && (
        <ul className="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-muted">
          {missing.map((step) => (
            <li key={step.key}>
              {'to' in step ? (
                <Link to={step.to} className="underline underline-offset-2 hover:text-ink">
                  {t(`settings.completion.step.${step.key}`)}
                </Link>
              ) : (
                t(`settings.completion.step.${step.key}`)
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
