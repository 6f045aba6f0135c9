import { z } from '@/lib/zod';

/** The name of what is destroyed for good, typed out. Generous about case and spaces: it guards against a slip, not against the owner. */
export const sameName = (name: string) => z.object({ name: z.string().refine((typed) => typed.trim().toLowerCase() === name.trim().toLowerCase()) });
