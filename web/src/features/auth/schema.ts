import { newPassword } from '@/lib/session/password';
import { z } from '@/lib/zod';

export const loginSchema = z.object({
  email: z.string().trim().min(1, 'required').pipe(z.email('email')),
  password: z.string().min(1, 'required'),
});

/** Spaces and hyphens are how codes are read out, not part of them. */
const code = (pattern: RegExp, message: string) =>
  z.object({
    code: z
      .string()
      .transform((text) => text.replace(/[\s-]/g, ''))
      .pipe(z.string().min(1, 'required').regex(pattern, message)),
  });

export const codeSchemas = {
  totp: code(/^\d{6}$/, 'code_totp'),
  recovery_code: code(/^[A-Za-z0-9]{16}$/, 'code_recovery'),
};

export const forgotSchema = z.object({ email: loginSchema.shape.email });

export const resetSchema = z.object({ password: newPassword });

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

export type LoginForm = z.infer<typeof loginSchema>;
export type CodeForm = z.infer<typeof codeSchemas.totp>;
export type CodeMethod = keyof typeof codeSchemas;
export type ForgotForm = z.infer<typeof forgotSchema>;
export type ResetForm = z.infer<typeof resetSchema>;
export type RegisterForm = z.infer<typeof registerSchema>;
