import { create } from 'zustand';

/** The track for which a playlist is being chosen. */
export const useAdding = create<{ track: { id: string; title: string } | null }>(() => ({ track: null }));

/** Opens the dialog "Add to playlist". */
export const askForPlaylist = ({ id, title }: { id: string; title: string }) => useAdding.setState({ track: { id, title } });
