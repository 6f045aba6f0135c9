interface SocialLinksProps {
  links: Record<string, unknown> | null;
}

/** Only addresses of the web: whatever else a person typed is not made clickable. */
export function webLinks(links: Record<string, unknown> | null): { name: string; url: string }[] {
  return Object.entries(links ?? {}).flatMap(([name, url]) => {
    if (typeof url !== 'string') return [];
    try {
      return /^https?:$/.test(new URL(url).protocol) ? [{ name, url }] : [];
    } catch {
      return [];
    }
  });
}

export function SocialLinks({ links }: SocialLinksProps) {
  const shown = webLinks(links);
  if (shown.length === 0) return null;
  return (
    <ul className="mt-4 flex flex-wrap gap-x-5 gap-y-1">
      {shown.map(({ name, url }) => (
        <li key={name}>
          <a href={url} rel="me noopener noreferrer nofollow" target="_blank" className="underline underline-offset-4 hover:text-accent-text">
            {name}
          </a>
        </li>
      ))}
    </ul>
  );
}
