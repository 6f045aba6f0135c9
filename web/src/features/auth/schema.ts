import { z } from '@/lib/zod';

const bytes = (text: string) => new TextEncoder().encode(text).length;

export const loginSchema = z.object({
  email: z.string().trim().min(1, 'required').pipe(z.email('email')),
  password: z.string().min(1, 'required'),
});

export const registerSchema = z.object({
  username: z
    .string()
    .trim()
    .min(1, 'required')
    .min(3, 'username_short')
    .max(30, 'username_long')
    .regex(/^[A-Za-z0-9_.-]+$/, 'username_chars'),
  email: z.string().trim().min(1, 'required').pipe(z.email('email')),
  /* the server hashes at most 72 bytes, and a letter may take more than one */
  password: z
    .string()
    .min(1, 'required')
    .refine((p) => bytes(p) >= 8, 'password_short')
    .refine((p) => bytes(p) <= 72, 'password_long'),
});

export type LoginForm = z.infer<typeof loginSchema>;
export type RegisterForm = z.infer<typeof registerSchema>;
