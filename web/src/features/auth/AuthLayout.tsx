import type { ReactNode } from 'react';
import { PeaksSkeleton } from '@/components/peaks/PeaksSkeleton';

interface AuthLayoutProps {
  title: string;
  lead?: ReactNode;
  /** A word in poster type beside the form, on wide screens. */
  poster: string;
  children: ReactNode;
}

export function AuthLayout({ title, lead, poster, children }: AuthLayoutProps) {
  return (
    <div className="mx-auto grid min-h-[calc(100dvh-var(--header-h)-var(--player-h)-var(--tabs-h))] w-full max-w-[1440px] xl:grid-cols-2">
      <div className="flex flex-col justify-center px-4 py-10 sm:px-10">
        <div className="mx-auto w-full max-w-sm">
          <h1 className="text-2xl font-extrabold tracking-tighter">{title}</h1>
          {lead && <p className="mt-2 text-base text-muted">{lead}</p>}
          <div className="mt-8">{children}</div>
        </div>
      </div>
      <div aria-hidden="true" className="relative hidden flex-col justify-end overflow-hidden border-s border-line bg-sunk xl:flex">
        <div className="absolute inset-x-0 top-[12%] [&_svg]:animate-none [&_svg]:fill-accent">
          <PeaksSkeleton seed={poster} bars={44} className="h-72" />
        </div>
        <p className="poster relative p-10 whitespace-pre-line">{poster}</p>
      </div>
    </div>
  );
}
