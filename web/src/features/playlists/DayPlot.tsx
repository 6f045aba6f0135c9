/* A number for each day, drawn as bars or as a line; the same as a table for those who do not see it. */

import { useTranslation } from 'react-i18next';
import { useFormat } from '@/lib/format/useFormat';

const WIDTH = 600, HEIGHT = 120;

interface DayPlotProps {
  title: string;
  days: readonly { day: string; value: number }[];
  line?: boolean;
}

export function DayPlot({ title, days, line = false }: DayPlotProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const most = Math.max(1, ...days.map(({ value }) => value));
  const step = WIDTH / Math.max(1, days.length);
  const top = (value: number) => HEIGHT - (value / most) * (HEIGHT - 4);
  const date = (day: string) => format.day(`${day}T12:00:00Z`);
  const [first, last] = [days[0], days.at(-1)];
  return (
    <figure>
      <figcaption className="mb-1 flex items-baseline justify-between gap-3 text-sm">
        <span className="font-semibold">{title}</span>
        <span className="num text-xs text-muted">{t('playlists.most', { number: format.number(most) })}</span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden className="h-28 w-full overflow-visible border-b border-line text-accent">
        {line ? (
          <polyline
            points={days.flatMap(({ value }, i) => [`${i * step},${top(value)}`, `${(i + 1) * step},${top(value)}`]).join(' ')}
            fill="none"
            stroke="currentColor"
            strokeWidth={2}
            vectorEffect="non-scaling-stroke"
          />
        ) : (
          days.map(({ day, value }, i) => <rect key={day} x={i * step} width={step * 0.8} y={top(value)} height={HEIGHT - top(value)} fill="currentColor" />)
        )}
      </svg>
      {first && last && (
        <p aria-hidden className="mt-1 flex justify-between text-xs text-muted">
          <span>{date(first.day)}</span>
          <span>{date(last.day)}</span>
        </p>
      )}
      <table className="sr-only">
        <caption>{title}</caption>
        <tbody>
          {days.map(({ day, value }) => (
            <tr key={day}>
              <th scope="row">{date(day)}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
