import { clsx } from 'clsx';

interface PersonNameProps {
  user: { display_name: string; username: string };
  className?: string;
}

/** What a person is called, with the @name small below it. */
export function PersonName({ user, className }: PersonNameProps) {
  return (
    <span className="block min-w-0">
      <span className={clsx('block truncate font-semibold', className)}>
        <bdi>{user.display_name}</bdi>
      </span>
      <span className="block truncate text-xs text-muted">@{user.username}</span>
    </span>
  );
}
