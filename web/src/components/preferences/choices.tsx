/* The choices of appearance and language, for the menu in the frame and for the pages of the settings. */

import { Monitor, Moon, Sun } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { LANGUAGES, currentLanguage, setLanguage, type Language } from '@/lib/i18n';
import { useTheme, type Theme } from '@/lib/theme/store';
import { toast } from '@/lib/toast/store';

export interface Choice<T extends string> {
  label: string;
  value: T;
  options: { value: T; label: string; icon?: ReactNode; lang?: string }[];
  onChange: (value: T) => void;
}

export function useThemeChoice(): Choice<Theme> {
  const { t } = useTranslation();
  const { theme, setTheme } = useTheme();
  return {
    label: t('frame.theme.label'),
    value: theme,
    options: [
      { value: 'dark', label: t('frame.theme.dark'), icon: <Moon size={16} aria-hidden /> },
      { value: 'light', label: t('frame.theme.light'), icon: <Sun size={16} aria-hidden /> },
      { value: 'system', label: t('frame.theme.system'), icon: <Monitor size={16} aria-hidden /> },
    ],
    onChange: setTheme,
  };
}

export function useLanguageChoice(): Choice<Language> {
  const { t } = useTranslation();
  return {
    label: t('frame.language'),
    value: currentLanguage(),
    options: (Object.keys(LANGUAGES) as Language[]).map((value) => ({ value, label: LANGUAGES[value], lang: value })),
    onChange: (language) => void setLanguage(language).catch(() => toast(t('errors.network'), 'danger')),
  };
}
