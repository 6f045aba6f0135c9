import type { ReactNode } from 'react';

interface SectionProps {
  /** For links that lead right here. */
  id?: string;
  title: string;
  lead?: ReactNode;
  children: ReactNode;
}

/** A part of a settings page under its own heading. */
export function Section({ id, title, lead, children }: SectionProps) {
  return (
    <section id={id} className="mb-10 border-b border-line pb-10 last:mb-0 last:border-0 last:pb-0">
      <h2 className="text-lg">{title}</h2>
      {lead && <p className="mt-1 text-muted">{lead}</p>}
      <div className="mt-5">{children}</div>
    </section>
  );
}
