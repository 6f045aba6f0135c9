import { useMutation, useQueryClient } from '@tanstack/react-query';
import { meQuery } from '@/lib/api/auth/me';
import { uploadForm, type UploadOptions } from '@/lib/api/upload';

export interface PictureUpload extends UploadOptions {
  id: string;
  file: File;
}

export function uploadAvatar({ id, file, ...options }: PictureUpload) {
  const form = new FormData();
  form.append('avatar', file);
  return uploadForm('post', '/users/{id}/avatar', form, { path: { id }, ...options });
}

export function useUploadAvatar() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: uploadAvatar,
    onSuccess: ({ avatar }) => {
      client.setQueryData(meQuery.queryKey, (me) => me && { ...me, avatar });
      void client.invalidateQueries({ queryKey: ['users'] });
    },
  });
}
