/* The words of the settings and what belongs to them: fetched with those pages. */
import data from './data.json';
import developer from './developer.json';
import keys from './keys.json';
import security from './security.json';
import settings from './settings.json';

export default { data, developer, keys, security, settings };
