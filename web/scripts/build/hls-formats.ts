/* Leaves out of hls.js what reads MPEG-TS, bare AAC and MP3: the server sends fragmented MP4 only (src/media/playlist.h), and the code that
 * plays is on the way to the first sound. */

import type { Plugin } from 'vite';

const FORMATS = /const muxConfig = \[(\{\s*demux: MP4Demuxer,\s*remux: PassThroughRemuxer\s*\}), [^\]]*\];/;

export function hlsFormats(): Plugin {
  return {
    name: 'veza-hls-formats',
    apply: 'build',
    transform: {
      filter: { id: /hls\.js[\\/]dist[\\/]hls\.light\.mjs/ },
      handler(code) {
        if (!FORMATS.test(code)) this.error('hls.js lists its formats in another way: mend scripts/build/hls-formats.ts');
        return { code: code.replace(FORMATS, 'const muxConfig = [$1];'), map: null };
      },
    },
  };
}
