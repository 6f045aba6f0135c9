interface SelectBoxProps {
  label: string;
  checked: boolean;
  /** Some of what it stands for is ticked. */
  mixed?: boolean;
  /** `range`: with Shift. */
  onToggle: (range: boolean) => void;
}

/** A box to tick a row, or all of them; as large as a finger. */
export function SelectBox({ label, checked, mixed = false, onToggle }: SelectBoxProps) {
  return (
    <label className="-ms-2 grid size-9 cursor-pointer place-items-center">
      <input
        type="checkbox"
        aria-label={label}
        checked={checked}
        ref={(box) => {
          if (box) box.indeterminate = mixed;
        }}
        /* a click tells whether Shift is held, of the mouse as well as of the space bar */
        onClick={({ shiftKey }) => onToggle(shiftKey)}
        onChange={() => undefined}
        className="size-4 accent-(--accent-text)"
      />
    </label>
  );
}
