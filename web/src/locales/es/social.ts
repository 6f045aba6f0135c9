/* The words of notifications, comments and playlists: fetched with the pages that have them. */
import notifications from './notifications.json';

export default { notifications };
