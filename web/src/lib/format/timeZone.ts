/** The time zone of this device, such as "Europe/Paris". */
export const deviceTimeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What clocks in a zone show at an instant, to the minute: "2026-12-24T18:00", as <input type="datetime-local"> wants it. */
export function wallTime(iso: string, zone: string): string {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(new Date(iso));
  const of = (type: Intl.DateTimeFormatPartTypes) => parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year').padStart(4, '0')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}`;
}

/** The instant at which clocks in a zone show this. Of an hour that is skipped in spring it is the one after, of one that comes twice one of both. */
export function instantOf(wall: string, zone: string): string {
  const shown = Date.parse(`${wall}Z`);
  const ahead = (at: number) => Date.parse(`${wallTime(new Date(at).toISOString(), zone)}Z`) - at;
  const near = shown - ahead(shown);
  return new Date(shown - ahead(near)).toISOString();
}
