/* One file an area; the file's name is the first part of the key: t('player.play'). */
import auth from './auth.json';
import common from './common.json';
import errors from './errors.json';
import frame from './frame.json';
import genres from './genres.json';
import pages from './pages.json';
import player from './player.json';
import track from './track.json';
import upload from './upload.json';

export default { auth, common, errors, frame, genres, pages, player, track, upload };
