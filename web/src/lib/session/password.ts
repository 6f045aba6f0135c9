import { z } from '@/lib/zod';

const bytes = (text: string) => new TextEncoder().encode(text).length;

/** A password to be. The server hashes at most 72 bytes, and a letter may take more than one. */
export const newPassword = z
  .string()
  .min(1, 'required')
  .refine((p) => bytes(p) >= 8, 'password_short')
  .refine((p) => bytes(p) <= 72, 'password_long');
