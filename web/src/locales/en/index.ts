/* One file an area; the file's name is the first part of the key: t('player.play'). */
import auth from './auth.json';
import common from './common.json';
import data from './data.json';
import developer from './developer.json';
import errors from './errors.json';
import frame from './frame.json';
import pages from './pages.json';
import player from './player.json';
import security from './security.json';
import settings from './settings.json';
import notifications from './notifications.json';
import track from './track.json';
import upload from './upload.json';

export default { auth, common, data, developer, errors, frame, pages, player, security, settings, notifications, track, upload };
