import { useTranslation } from 'react-i18next';
import { HueBox } from '@/components/ui/HueBox';
import { useGear } from '@/lib/api/users/gear';
import type { PublicGear } from '@/lib/api/schema';
import { hueOf } from '@/lib/color/hue';

function GearCard({ item }: { item: PublicGear }) {
  const maker = [item.brand, item.model].filter(Boolean).join(' ');
  return (
    <li className="min-w-0">
      <HueBox hue={hueOf(item.id)} className="hue-wash flex aspect-[4/3] items-center justify-center overflow-hidden rounded-card border border-line">
        {item.image ? (
          <img src={item.image} alt="" loading="lazy" className="size-full object-cover" />
        ) : (
          <span aria-hidden="true" className="poster text-ink opacity-40">
            {item.name.charAt(0).toUpperCase()}
          </span>
        )}
      </HueBox>
      <p dir="auto" title={item.name} className="mt-2 line-clamp-2 font-semibold break-words">{item.name}</p>
      <p dir="auto" className="text-xs break-words text-muted">{[maker, item.category].filter(Boolean).join(' · ')}</p>
    </li>
  );
}

/** What somebody makes music with, as far as they show it; nothing at all while they show nothing. */
export function Gear({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data } = useGear(id);
  if (!data?.items.length) return null;
  return (
    <section aria-labelledby="gear" className="mt-14">
      <h2 id="gear" className="text-xl">
        {t('profile.gear')}
      </h2>
      <ul className="mt-5 grid grid-cols-2 gap-x-4 gap-y-6 sm:grid-cols-3 lg:grid-cols-5">
        {data.items.map((item) => (
          <GearCard key={item.id} item={item} />
        ))}
      </ul>
    </section>
  );
}
