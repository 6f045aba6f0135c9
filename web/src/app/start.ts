/* What runs first. On the page of a track the code that plays comes before the code that draws: on a slow network somebody who pressed play
 * hears the track long before the whole app is there. */

import '@/styles/base.css';
import { preferredLanguage } from '@/lib/i18n/languages';

async function start(): Promise<void> {
  const shell = window.veza;
  const track = shell?.track;
  if (shell && track?.status === 'completed' && track.stream_manifest_url) {
    try {
      await (await import('./sound')).soundFirst(shell, track);
    } catch (error) {
      console.error(error); /* the app tries again, and says what is wrong */
    }
    shell.preload('app');
    shell.preload('track');
    const language = preferredLanguage();
    shell.preload(language);
    shell.preload(`track_${language}`);
  }
  await (await import('./main')).mount();
}

start().catch((error: unknown) => {
  /* without a language there are no words but these */
  document.body.append('Veza could not start. Please load the page again. · Veza n’a pas pu démarrer. · Veza no ha podido arrancar.');
  console.error(error);
});
