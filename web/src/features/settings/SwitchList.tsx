import { Toggle } from '@/components/ui/Toggle';

interface SwitchListProps {
  switches: readonly { key: string; label: string; hint?: string; on: boolean; disabled?: boolean; onChange: (on: boolean) => void }[];
}

/** Switches that are saved as they are turned. */
export function SwitchList({ switches }: SwitchListProps) {
  return (
    <ul className="space-y-4">
      {switches.map(({ key, label, hint, on, disabled = false, onChange }) => (
        <li key={key}>
          <Toggle
            label={label}
            {...(hint ? { hint } : {})}
            checked={on}
            disabled={disabled}
            onChange={(event) => onChange(event.target.checked)}
          />
        </li>
      ))}
    </ul>
  );
}
