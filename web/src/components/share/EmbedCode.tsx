/* The embed player of something, as it looks on another site, and the code for it (src/embed). */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyField } from '@/components/ui/CopyField';
import { SelectField } from '@/components/ui/Field';

export interface EmbedCodeProps {
  /** Of the page of it, or of a link, such as '/track/1'. */
  path: string;
  title: string;
  /** It is a list of tracks, not one. */
  isList?: boolean;
}

/* src/modules/pages/oembed.c says the same of public pages: a test compares them. The server is not asked, since it knows no address of a link. */
export const HEIGHTS = { track: [166, 120], list: [380, 260, 560] };
export const SANDBOX = 'allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox';

const quoted = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

export function EmbedCode({ path, title, isList = false }: EmbedCodeProps) {
  const { t } = useTranslation();
  const heights = HEIGHTS[isList ? 'list' : 'track'];
  const [height, setHeight] = useState(heights[0]);
  const src = `${location.origin}/embed${path}`;
  const code = `<iframe src="${src}" title="${quoted(title)}" width="100%" height="${height}" style="border:0;border-radius:10px" loading="lazy" sandbox="${SANDBOX}"></iframe>`;
  return (
    <div className="space-y-3">
      <iframe src={src} title={t('sharing.embed_preview', { title })} width="100%" height={height} className="rounded-card" />
      <SelectField label={t('sharing.embed_height')} value={height} onChange={(event) => setHeight(Number(event.target.value))}>
        {heights.map((one) => (
          <option key={one} value={one}>
            {t('sharing.embed_pixels', { count: one })}
          </option>
        ))}
      </SelectField>
      <CopyField label={t('sharing.embed_code')} value={code} />
    </div>
  );
}
