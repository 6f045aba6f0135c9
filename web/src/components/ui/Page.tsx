import { clsx } from 'clsx';
import type { ReactNode } from 'react';

/** The width and air every page has. */
export function Page({ children, narrow = false }: { children: ReactNode; narrow?: boolean }) {
  return <div className={clsx('mx-auto w-full px-4 pt-6 pb-16 sm:px-6 sm:pt-10', narrow ? 'max-w-xl' : 'max-w-[1440px]')}>{children}</div>;
}

interface PageHeaderProps {
  title: string;
  children?: ReactNode;
  /** Buttons at the far end. */
  actions?: ReactNode;
}

export function PageHeader({ title, children, actions }: PageHeaderProps) {
  return (
    <header className="mb-6 flex flex-wrap items-end justify-between gap-4 sm:mb-8">
      <div className="min-w-0">
        <h1 dir="auto" className="line-clamp-3 py-[0.1em] pe-[0.1em] text-2xl break-words font-extrabold tracking-tighter">{title}</h1>
        {children && <p className="mt-2 max-w-prose text-base text-muted">{children}</p>}
      </div>
      {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
    </header>
  );
}
