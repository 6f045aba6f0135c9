import { Chip } from '@/components/ui/Chip';
import { useFormat } from '@/lib/format/useFormat';

interface FacetRowProps {
  label: string;
  values: readonly { value: string; count: number }[];
  /** '' for none. */
  chosen: string;
  nameOf?: (value: string) => string;
  onChoose: (value: string) => void;
}

/** Values that hits have, with at least how many; the chosen one stays in sight even when no other hit has it. */
export function FacetRow({ label, values, chosen, nameOf = (value) => value, onChoose }: FacetRowProps) {
  const format = useFormat();
  const has = values.some(({ value }) => value === chosen);
  const shown: readonly { value: string; count?: number }[] = chosen && !has ? [{ value: chosen }, ...values] : values;
  if (shown.length === 0) return null;
  return (
    <div role="group" aria-label={label} className="-mx-4 flex items-center gap-2 overflow-x-auto px-4 pb-1 sm:mx-0 sm:flex-wrap sm:px-0">
      <span className="w-20 shrink-0 text-sm text-muted">{label}</span>
      {shown.map(({ value, count }) => (
        <Chip key={value} pressed={value === chosen} onClick={() => onChoose(value === chosen ? '' : value)}>
          <bdi>{nameOf(value)}</bdi>
          {count !== undefined && <span className="num ms-1.5 text-xs">{format.number(count)}</span>}
        </Chip>
      ))}
    </div>
  );
}
