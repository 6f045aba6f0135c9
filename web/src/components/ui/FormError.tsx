import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

/** What is wrong with a form as a whole. */
export function FormError({ children }: { children: ReactNode }) {
  return (
    <div role="alert" className="flex items-start gap-2.5 rounded-card bg-danger-wash px-3 py-2.5 text-danger">
      <CircleAlert size={18} aria-hidden className="mt-px shrink-0" />
      <div>{children}</div>
    </div>
  );
}
