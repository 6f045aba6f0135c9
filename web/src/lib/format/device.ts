/* Names of devices as the server makes them ("Firefox on Linux", "Unknown device"), in the language of the page. */

import type { TFunction } from 'i18next';

const SYSTEM = /^(.+) on (iPhone|iPad|Android|ChromeOS|Windows|macOS|Linux)$/;

export function deviceText(label: string, t: TFunction): string {
  if (label === 'Unknown device') return t('common.device.unknown');
  const [, program, system] = SYSTEM.exec(label) ?? [];
  return program ? t('common.device.on', { program, system }) : label;
}
