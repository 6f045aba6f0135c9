import { z } from '@/lib/zod';

/** Spaces and hyphens are how codes are read out, not part of them. */
const code = (pattern: RegExp, message: string) =>
  z.object({
    code: z
      .string()
      .transform((text) => text.replace(/[\s-]/g, ''))
      .pipe(z.string().min(1, 'required').regex(pattern, message)),
  });

/** A second factor as it is typed. */
export const codeSchemas = {
  totp: code(/^\d{6}$/, 'code_totp'),
  recovery_code: code(/^[A-Za-z0-9]{16}$/, 'code_recovery'),
};

export type CodeForm = z.infer<typeof codeSchemas.totp>;
export type CodeMethod = keyof typeof codeSchemas;
