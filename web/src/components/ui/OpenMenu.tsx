/* What Menu.tsx loads with the first menu that is wanted. Not modal, so the page behind keeps scrolling and its styles stay untouched. */

import { clsx } from 'clsx';
import { Check } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useRef, useState, type ReactNode } from 'react';
import { useHistoryEntry } from '@/lib/history/useHistoryEntry';
import type { MenuProps } from './Menu';

interface OpenMenuProps extends MenuProps {
  /** The key that asked for it came before anything here could hear it. */
  byKey: boolean;
}

/** Open from the beginning: it was asked for. */
export function OpenMenu({ trigger, children, align = 'end', side = 'bottom', byKey }: OpenMenuProps) {
  const [open, setOpen] = useState(true);
  const untouched = useRef(byKey);
  const focusFirst = (content: HTMLElement | null) => {
    if (content && untouched.current) content.querySelector<HTMLElement>('[role^=menuitem]')?.focus();
    untouched.current = false;
  };
  useHistoryEntry(open, () => setOpen(false));
  return (
    <DropdownMenu.Root modal={false} open={open} onOpenChange={setOpen}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      {/* inside what is modal, which hides the rest from screen readers; else inside <main>, so that everything on the page is within a landmark */}
      <DropdownMenu.Portal container={[...document.querySelectorAll<HTMLElement>('[role=dialog]')].at(-1) ?? document.getElementById('main')}>
        <DropdownMenu.Content
          ref={focusFirst}
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-52 overflow-y-auto overscroll-contain rounded-card bg-raised p-1 text-sm text-ink shadow-float animate-rise"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

const itemClass =
  'flex h-9 cursor-pointer items-center gap-2.5 rounded-sm px-2.5 outline-none select-none data-highlighted:bg-sunk data-disabled:cursor-not-allowed data-disabled:opacity-50';

interface MenuItemProps {
  children: ReactNode;
  onSelect?: (() => void) | undefined;
  danger?: boolean;
  disabled?: boolean;
  /** Of what is on or off. */
  pressed?: boolean | undefined;
  /** The only child is a link that gets the item's looks. */
  asChild?: boolean;
  className?: string;
}

export function MenuItem({ children, onSelect, danger = false, disabled = false, pressed, asChild = false, className }: MenuItemProps) {
  if (pressed !== undefined) {
    return (
      <DropdownMenu.CheckboxItem checked={pressed} disabled={disabled} {...(onSelect ? { onSelect } : {})} className={clsx(itemClass, className)}>
        {children}
        <DropdownMenu.ItemIndicator className="ms-auto">
          <Check size={16} aria-hidden />
        </DropdownMenu.ItemIndicator>
      </DropdownMenu.CheckboxItem>
    );
  }
  return (
    <DropdownMenu.Item
      asChild={asChild}
      disabled={disabled}
      {...(onSelect ? { onSelect } : {})}
      className={clsx(itemClass, danger && 'text-danger', className)}
    >
      {children}
    </DropdownMenu.Item>
  );
}

/** Items that belong together, under a name. */
export function MenuGroup({ label, children }: { label: string; children: ReactNode }) {
  return (
    <DropdownMenu.Group aria-label={label}>
      <DropdownMenu.Label className="eyebrow px-2.5 pt-2 pb-1">{label}</DropdownMenu.Label>
      {children}
    </DropdownMenu.Group>
  );
}

interface MenuChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: string; icon?: ReactNode; lang?: string }[];
  onChange: (value: T) => void;
}

export function MenuChoice<T extends string>({ label, value, options, onChange }: MenuChoiceProps<T>) {
  return (
    <DropdownMenu.RadioGroup value={value} onValueChange={(next) => onChange(next as T)}>
      <DropdownMenu.Label className="eyebrow px-2.5 pt-2 pb-1">{label}</DropdownMenu.Label>
      {options.map((option) => (
        <DropdownMenu.RadioItem
          key={option.value}
          value={option.value}
          className={itemClass}
          onSelect={(event) => event.preventDefault()}
          {...(option.lang ? { lang: option.lang } : {})}
        >
          {option.icon}
          <span className="flex-1">{option.label}</span>
          <DropdownMenu.ItemIndicator>
            <Check size={16} aria-hidden />
          </DropdownMenu.ItemIndicator>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}

export const MenuSeparator = () => <DropdownMenu.Separator className="my-1 h-px bg-line" />;
