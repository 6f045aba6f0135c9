import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import * as format from './format';

/** The formats of `format.ts`, bound to the language of the page. */
export function useFormat() {
  const { i18n } = useTranslation();
  const language = format.withRegion(i18n.language, navigator.languages);
  return useMemo(
    () => ({
      bytes: (n: number) => format.bytes(n, language),
      speed: (n: number) => format.speed(n, language),
      wait: (n: number) => format.wait(n, language),
      ago: (iso: string) => format.ago(iso, language),
      moment: (iso: string) => format.moment(iso, language),
      country: (code: string) => format.country(code, language),
      dayName: (iso: string) => format.dayName(iso, language),
      shortDay: (iso: string) => format.shortDay(iso, language),
      day: (iso: string) => format.day(iso, language),
      countdown: (ms: number) => format.countdown(ms, language),
      dayIn: (iso: string, zone: string) => format.dayIn(iso, zone, language),
      number: (n: number, digits?: number) => format.number(n, language, digits),
    }),
    [language],
  );
}
