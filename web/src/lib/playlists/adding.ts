import { create } from 'zustand';

interface AddedTrack {
  id: string;
  title: string;
}

/** The tracks for which a playlist is being chosen; none: nobody is choosing. */
export const useAdding = create<{ tracks: readonly AddedTrack[] }>(() => ({ tracks: [] }));

/** Opens the dialog "Add to playlist". */
export const askForPlaylist = (tracks: readonly AddedTrack[]) => useAdding.setState({ tracks: tracks.map(({ id, title }) => ({ id, title })) });
