/* What every page may need: the texts of the frame, the player, and what pages share. One chunk, loaded before the first page. And where to
 * find the others. */
import common from './common/common.json';
import errors from './common/errors.json';
import frame from './common/frame.json';
import genres from './common/genres.json';
import player from './common/player.json';
import track from './common/track.json';

export default { common, errors, frame, genres, player, track };

export const files = import.meta.glob<Record<string, unknown>>('./*.json', { import: 'default' });
