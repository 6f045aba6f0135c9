/* All keyboard shortcuts, from the one table that also answers to them. */

import { clsx } from 'clsx';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { SingleKeysToggle } from '@/components/preferences/SingleKeysToggle';
import { Dialog } from '@/components/ui/Dialog';
import { isSingle, SHORTCUTS, type Combination } from '@/lib/keys/shortcuts';
import { useKeys } from '@/lib/keys/store';

const ARROWS: Record<string, string> = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓' };
const isMac = () => /Mac|iPhone|iPad/.test(navigator.platform);

function Keys({ combination }: { combination: Combination }) {
  const { t } = useTranslation();
  const arrow = ARROWS[combination.key];
  const key = combination.key === ' ' ? t('keys.space') : (arrow ?? combination.key.toUpperCase());
  const parts = [combination.command && (isMac() ? '⌘' : t('keys.control')), combination.shift && t('keys.shift'), key].filter((part) => typeof part === 'string');
  return (
    <span className="inline-flex gap-1">
      {parts.map((part) => (
        <kbd key={part} className="num min-w-6 rounded-sm border border-line-strong px-1.5 py-0.5 text-center text-xs">
          {part}
        </kbd>
      ))}
    </span>
  );
}

export function ShortcutsSheet() {
  const { t } = useTranslation();
  const { sheet, setSheet, single } = useKeys();
  return (
    <Dialog open={sheet} onOpenChange={setSheet} title={t('keys.title')}>
      {(['everywhere', 'player'] as const).map((where) => (
        <section key={where} className="mb-5">
          <h3 className="eyebrow mb-1">{t(`keys.where.${where}`)}</h3>
          <dl>
            {SHORTCUTS.filter((row) => row.where === where).map((row) => {
              const off = !single && row.keys.every(isSingle);
              return (
                <div key={row.does} data-off={off || undefined} className="flex items-center justify-between gap-4 border-b border-line py-1.5 last:border-0">
                  <dt className={clsx(off && 'text-muted line-through')}>{t(`keys.does.${row.does}`)}</dt>
                  <dd className="flex items-center gap-2 text-muted">
                    {row.keys.map((combination, i) => (
                      <Fragment key={combination.key}>
                        {i > 0 && <span className="text-xs">{t('keys.or')}</span>}
                        <Keys combination={combination} />
                      </Fragment>
                    ))}
                  </dd>
                </div>
              );
            })}
          </dl>
        </section>
      ))}
      <SingleKeysToggle />
    </Dialog>
  );
}
