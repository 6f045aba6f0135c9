/** Who made a track, in one line: the artist that it names, or the person who published it. */
export const byline = (track: { artist: string | null; creator: { display_name: string } }): string => track.artist || track.creator.display_name;
