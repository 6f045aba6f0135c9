/** What a key may be allowed to do; a test holds it to the API's own description. */
export const SCOPES = ['tracks:read', 'tracks:write', 'comments:write', 'playlists:read', 'playlists:write', 'queue:read', 'queue:write', 'history:read', 'history:write', 'releases:read', 'releases:write', 'users:read', 'users:write'] as const;

/** Lifetimes on offer, in days; null for ever. */
export const LIFETIMES = [30, 90, 365, null] as const;

/** The key of the words for a scope: "tracks:read" → "tracks_read". */
type Word<Scope extends string> = Scope extends `${infer Of}:${infer Right}` ? `${Of}_${Right}` : never;
export const wordOf = <Scope extends string>(scope: Scope) => scope.replace(/\W/g, '_') as Word<Scope>;
