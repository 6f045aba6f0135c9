import { useTranslation } from 'react-i18next';
import { Avatar } from '@/components/ui/Avatar';
import { problemText } from '@/lib/api/problemText';
import type { User } from '@/lib/api/schema';
import { useRemoveAvatar } from '@/lib/api/users/removeAvatar';
import { useUploadAvatar } from '@/lib/api/users/uploadAvatar';
import { toast } from '@/lib/toast/store';
import { PictureTools } from './PictureTools';
import { usePictureUpload } from './usePictureUpload';

/** One's picture, as others see it. */
export function AvatarEditor({ me }: { me: User }) {
  const { t } = useTranslation();
  const remove = useRemoveAvatar();
  const { mutateAsync } = useUploadAvatar();
  const { sending, send } = usePictureUpload(me.id, mutateAsync, t('settings.avatar.saved'));
  const takeAway = () => remove.mutate(me.id, { onError: (error) => toast(problemText(error, t), 'danger') });
  return (
    <div className="flex flex-wrap items-center gap-x-5 gap-y-3">
      <Avatar user={sending ? { ...me, avatar: sending.preview } : me} size={96} />
      <PictureTools
        sending={sending}
        label={t(me.avatar ? 'settings.avatar.change' : 'settings.avatar.add')}
        hint={t('settings.avatar.hint')}
        onFile={(file) => void send(file)}
        onRemove={me.avatar ? takeAway : undefined}
        removing={remove.isPending}
      />
    </div>
  );
}
