import { lazy } from 'react';
import { withTexts } from '@/lib/i18n';

/** Loaded with its texts when it is opened. */
export const EmbedDialog = lazy(withTexts(() => import('./EmbedDialog'), 'sharing'));
