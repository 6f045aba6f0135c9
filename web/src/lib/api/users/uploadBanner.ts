import { useMutation, useQueryClient } from '@tanstack/react-query';
import { meQuery } from '@/lib/api/auth/me';
import { uploadForm } from '@/lib/api/upload';
import type { PictureUpload } from './uploadAvatar';

export function uploadBanner({ id, file, ...options }: PictureUpload) {
  const form = new FormData();
  form.append('banner', file);
  return uploadForm('post', '/users/{id}/banner', form, { path: { id }, ...options });
}

export function useUploadBanner() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: uploadBanner,
    onSuccess: ({ banner_url }) => {
      client.setQueryData(meQuery.queryKey, (me) => me && { ...me, banner_url });
      void client.invalidateQueries({ queryKey: ['users'] });
    },
  });
}
