/* The words of notifications, comments and playlists: fetched with the pages that have them. */
import comments from './comments.json';
import notifications from './notifications.json';
import playlists from './playlists.json';

export default { comments, notifications, playlists };
