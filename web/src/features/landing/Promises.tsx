import { useTranslation } from 'react-i18next';

const KEYS = ['lossless', 'yours', 'open'] as const;

/** Three things Veza stands for, in large type. */
export function Promises() {
  const { t } = useTranslation();
  return (
    <section className="mx-auto grid max-w-[1440px] gap-x-6 gap-y-10 px-4 pt-20 pb-20 sm:px-6 md:grid-cols-3">
      {KEYS.map((key) => (
        <div key={key} className="border-t-2 border-ink pt-4">
          <h2 className="text-xl">{t(`landing.promise.${key}.title`)}</h2>
          <p className="mt-2 max-w-[40ch] text-base text-muted">{t(`landing.promise.${key}.text`)}</p>
        </div>
      ))}
    </section>
  );
}
