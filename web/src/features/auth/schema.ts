import { newPassword } from '@/lib/session/password';
import { z } from '@/lib/zod';

export const loginSchema = z.object({
  email: z.string().trim().min(1, 'required').pipe(z.email('email')),
  password: z.string().min(1, 'required'),
});

export const forgotSchema = z.object({ email: loginSchema.shape.email });

export const resetSchema = z.object({ password: newPassword, revoke_api_keys: z.boolean() });

export const registerSchema = z.object({
  username: z
    .string()
    .trim()
    .min(1, 'required')
    .min(3, 'username_short')
    .max(30, 'username_long')
    .regex(/^[A-Za-z0-9_.-]+$/, 'username_chars'),
  email: z.string().trim().min(1, 'required').pipe(z.email('email')),
  password: newPassword,
});
