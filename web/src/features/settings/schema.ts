import type { User } from '@/lib/api/schema';
import type { ProfileChanges } from '@/lib/api/users/updateProfile';
import { newPassword } from '@/lib/session/password';
import { z } from '@/lib/zod';

export const passwordSchema = z
  .object({ current_password: z.string().min(1, 'required'), new_password: newPassword, revoke_api_keys: z.boolean() })
  .refine((form) => form.current_password !== form.new_password, { path: ['new_password'], message: 'password_same' });

export type PasswordForm = z.infer<typeof passwordSchema>;

export const MAX_LINKS = 12;

function isWebAddress(text: string): boolean {
  try {
    return /^https?:$/.test(new URL(text).protocol);
  } catch {
    return false;
  }
}

const link = z.object({
  name: z.string().trim().min(1, 'required').max(50, 'too_long'),
  url: z.string().trim().min(1, 'required').max(500, 'too_long').refine((url) => url === '' || isWebAddress(url), 'address'),
});

export const profileSchema = z.object({
  first_name: z.string().trim().max(100, 'too_long'),
  last_name: z.string().trim().max(100, 'too_long'),
  bio: z.string().trim().max(5000, 'too_long'),
  location: z.string().trim().max(255, 'too_long'),
  links: z
    .array(link)
    .max(MAX_LINKS)
    .superRefine((links, context) => {
      links.forEach(({ name }, index) => {
        if (links.findIndex((other) => other.name.toLowerCase() === name.toLowerCase()) < index) {
          context.addIssue({ code: 'custom', path: [index, 'name'], message: 'twice' });
        }
      });
    }),
});

export type ProfileForm = z.infer<typeof profileSchema>;

export const formOf = (me: User): ProfileForm => ({
  first_name: me.first_name ?? '',
  last_name: me.last_name ?? '',
  bio: me.bio ?? '',
  location: me.location ?? '',
  links: Object.entries(me.social_links ?? {}).map(([name, url]) => ({ name, url: String(url) })),
});

/** What is empty is taken away. */
export const changesOf = ({ links, ...form }: ProfileForm): ProfileChanges => ({
  first_name: form.first_name || null,
  last_name: form.last_name || null,
  bio: form.bio || null,
  location: form.location || null,
  social_links: Object.fromEntries(links.map(({ name, url }) => [name, url])),
});
