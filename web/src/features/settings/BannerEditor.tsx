import { useTranslation } from 'react-i18next';
import { HueBox } from '@/components/ui/HueBox';
import { problemText } from '@/lib/api/problemText';
import type { User } from '@/lib/api/schema';
import { useRemoveBanner } from '@/lib/api/users/removeBanner';
import { useUploadBanner } from '@/lib/api/users/uploadBanner';
import { hueOf } from '@/lib/color/hue';
import { toast } from '@/lib/toast/store';
import { PictureTools } from './PictureTools';
import { usePictureUpload } from './usePictureUpload';

/** The wide picture above one's profile; without one it is a wash of one's own colour. */
export function BannerEditor({ me }: { me: User }) {
  const { t } = useTranslation();
  const remove = useRemoveBanner();
  const { mutateAsync } = useUploadBanner();
  const { sending, send } = usePictureUpload(me.id, mutateAsync, t('settings.banner.saved'));
  const shown = sending?.preview ?? me.banner_url;
  const takeAway = () => remove.mutate(me.id, { onError: (error) => toast(problemText(error, t), 'danger') });
  return (
    <div className="space-y-3">
      <HueBox hue={hueOf(me.id)} className="hue-wash aspect-[3/1] overflow-hidden rounded-card border border-line">
        {shown && <img src={shown} alt="" className="size-full object-cover" />}
      </HueBox>
      <PictureTools
        sending={sending}
        label={t(me.banner_url ? 'settings.banner.change' : 'settings.banner.add')}
        hint={t('settings.banner.hint')}
        onFile={(file) => void send(file)}
        onRemove={me.banner_url ? takeAway : undefined}
        removing={remove.isPending}
      />
    </div>
  );
}
