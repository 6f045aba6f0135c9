/* What can be done with what a page is about. The most wanted actions stand in the row; the others too where there is room, and in a menu on phones.
 * What is seldom wanted is in the menu everywhere. */

import { Ellipsis, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button';
import { IconButton } from './IconButton';
import { Menu, MenuGroup, MenuItem } from './Menu';

export interface Action {
  label: string;
  icon: LucideIcon;
  onSelect?: () => void;
  /** Files of which one is chosen. */
  files?: readonly { label: string; href: string }[];
  /** Of what is on or off. */
  pressed?: boolean;
  busy?: boolean;
  danger?: boolean;
  /** Never in the row. */
  rare?: boolean;
}

interface ActionsProps {
  /** What they are for. */
  title: string;
  /** Absent ones are false. */
  actions: readonly (Action | false | null | undefined)[];
  /** What is wanted most. */
  children: ReactNode;
  className?: string;
}

const files = ({ files: all = [] }: Action) =>
  all.map(({ label, href }) => (
    <MenuItem key={href} asChild>
      <a href={href} download>
        {label}
      </a>
    </MenuItem>
  ));

function InRow({ action }: { action: Action }) {
  const { label, icon: Icon, onSelect, pressed, busy = false, danger = false } = action;
  const button = (
    <Button tone={danger ? 'danger' : 'plain'} aria-pressed={pressed} busy={busy} onClick={onSelect} className="max-sm:hidden">
      <Icon size={18} aria-hidden />
      {label}
    </Button>
  );
  return action.files ? (
    <Menu align="start" trigger={button}>
      {files(action)}
    </Menu>
  ) : (
    button
  );
}

function InMenu({ action }: { action: Action }) {
  const { label, icon: Icon, onSelect, pressed, busy = false, danger = false } = action;
  if (action.files) return <MenuGroup label={label}>{files(action)}</MenuGroup>;
  return (
    <MenuItem danger={danger} disabled={busy} pressed={pressed} onSelect={onSelect}>
      <Icon size={16} aria-hidden />
      {label}
    </MenuItem>
  );
}

function MoreMenu({ title, actions, className }: { title: string; actions: readonly Action[]; className: string }) {
  const { t } = useTranslation();
  if (actions.length === 0) return null;
  return (
    <Menu
      trigger={
        <IconButton label={t('track.tools', { title })} className={`border border-line-strong ${className}`}>
          <Ellipsis size={18} aria-hidden />
        </IconButton>
      }
    >
      {actions.map((action) => (
        <InMenu key={action.label} action={action} />
      ))}
    </Menu>
  );
}

export function Actions({ title, actions, children, className = '' }: ActionsProps) {
  const present = actions.filter((action) => !!action);
  const rare = present.filter((action) => action.rare);
  return (
    <div data-actions className={`flex flex-wrap items-center gap-2 ${className}`}>
      {children}
      {present.map((action) => !action.rare && <InRow key={action.label} action={action} />)}
      <MoreMenu title={title} actions={present} className="sm:hidden" />
      <MoreMenu title={title} actions={rare} className="max-sm:hidden" />
    </div>
  );
}
