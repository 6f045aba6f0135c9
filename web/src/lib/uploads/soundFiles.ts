/* Files that may hold sound. What is in them the server decides. */

export const EXTENSIONS = ['wav', 'wave', 'aif', 'aiff', 'flac', 'm4a', 'mp4', 'aac', 'mp3', 'ogg', 'oga', 'opus'];

/** For the `accept` of a field. */
export const ACCEPT = ['audio/*', ...EXTENSIONS.map((e) => `.${e}`)].join(',');
