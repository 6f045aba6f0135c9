/* The build of hls.js without subtitles, alternate audio and encryption carries no types of its own. */
declare module 'hls.js/light' {
  export { default } from 'hls.js';
}
