/** Address of the page of a tag. A path is cut at slashes, and dots alone lead elsewhere: wide characters stand for them, which the server takes for the same tag. */
export const tagPath = (tag: string): string =>
  `/discover/tag/${encodeURIComponent(/^\.+$/.test(tag) ? tag.replaceAll('.', '．') : tag.replaceAll('/', '／').replaceAll('\\', '＼'))}`;
