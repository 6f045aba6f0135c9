/* Numbers and times as people read them, in the language of the page. */

/** 187000 → "3:07", 3723000 → "1:02:03". */
export function clock(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const seconds = String(total % 60).padStart(2, '0');
  const minutes = Math.floor(total / 60) % 60;
  const hours = Math.floor(total / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}

/** Length as ISO 8601 for <time dateTime>. */
export const isoDuration = (ms: number) => `PT${Math.max(0, Math.round(ms / 1000))}S`;

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

function scaled(bytes: number): [number, (typeof UNITS)[number]] {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return [value, UNITS[unit] ?? 'byte'];
}

/** 12400000 → "12.4 MB". */
export function bytes(count: number, language: string): string {
  const [value, unit] = scaled(count);
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit,
    unitDisplay: unit === 'byte' ? 'long' : 'short',
    maximumFractionDigits: value >= 100 || unit === 'byte' ? 0 : 1,
  }).format(value);
}

/** Bytes a second. */
export const speed = (bytesPerSecond: number, language: string) => `${bytes(bytesPerSecond, language)}/s`;

/** 95 seconds → "2 min", 40 → "40 sec"; rounded up, since waiting less than told is pleasant. */
export function wait(seconds: number, language: string): string {
  const [value, unit] = seconds < 60 ? [Math.ceil(seconds), 'second'] : seconds < 3600 ? [Math.ceil(seconds / 60), 'minute'] : [Math.ceil(seconds / 3600), 'hour'];
  return new Intl.NumberFormat(language, { style: 'unit', unit: String(unit), unitDisplay: 'short' }).format(Number(value));
}

const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
];

/** "3 days ago". */
export function ago(iso: string, language: string, now = Date.now()): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(0, 'second');
}

/** As short as a column of a table wants it. */
export const shortDay = (iso: string, language: string) => new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(new Date(iso));

export const day = (iso: string, language: string) => new Intl.DateTimeFormat(language, { dateStyle: 'long' }).format(new Date(iso));

/** 93784000 → "1 day 02:03:04". */
export function countdown(ms: number, language: string): string {
  const total = Math.max(0, Math.ceil(ms / 1000));
  const days = Math.floor(total / 86_400);
  const rest = [Math.floor(total / 3600) % 24, Math.floor(total / 60) % 60, total % 60].map((n) => String(n).padStart(2, '0')).join(':');
  return days > 0 ? `${new Intl.NumberFormat(language, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(days)} ${rest}` : rest;
}

/** The day that it was then in that zone: of a date that was entered there. */
export function dayIn(iso: string, zone: string, language: string): string {
  try {
    return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: zone }).format(new Date(iso));
  } catch {
    return day(iso, language); /* a zone that this browser does not know */
  }
}

/** "today", "yesterday", else the day itself. */
export function dayName(iso: string, language: string, now = new Date()): string {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const days = Math.round((midnight(new Date(iso)) - midnight(now)) / 86_400_000);
  return days > -2 && days < 2 ? new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(days, 'day') : day(iso, language);
}

/** The language of the page as the browser's person writes it: with their region ("en-GB"), if they have one for it. */
export const withRegion = (language: string, wanted: readonly string[]): string =>
  wanted.find((tag) => tag.toLowerCase().startsWith(`${language}-`)) ?? language;

/** Day and time, to the minute. */
export const moment = (iso: string, language: string) => new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(iso));

/** "FR" → "France"; what is no country's code stays as it is. */
export function country(code: string, language: string): string {
  try {
    return new Intl.DisplayNames(language, { type: 'region' }).of(code) ?? code;
  } catch {
    return code;
  }
}

export const number = (value: number, language: string, digits = 0) =>
  new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);

/** Formats that people know by another name. */
const FAMILIAR: Partial<Record<string, string>> = { mpeg: 'MP3', mp4: 'M4A', wave: 'WAV' };

/** Of a sound file by its format or media type, as people call it. */
export function formatName(format: string): string {
  const name = format.toLowerCase().replace(/^audio\/(x-)?/, '');
  return FAMILIAR[name] ?? name.toUpperCase();
}
