export function NowPlaying(_: { track: unknown }) { return null; }
