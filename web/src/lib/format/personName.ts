/** The name that a person goes by: first and last name, or the user name where neither is given. */
export const personName = (user: { username: string; first_name: string | null; last_name: string | null }): string =>
  [user.first_name, user.last_name].filter(Boolean).join(' ') || user.username;
