/** The track that an address of this site in a text leads to, the first of them; null where there is none. */
export function trackIdIn(text: string, origin = location.origin): string | null {
  const address = new RegExp(`${origin.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}/track/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?![\\w-])`, 'i');
  return address.exec(text)?.[1]?.toLowerCase() ?? null;
}
