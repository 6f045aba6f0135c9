/** Classes for a title that heads its page: very large where it is short, smaller where it is long, at most three lines. The lines of `poster`
 * are lower than its letters, and what is beyond the box is cut: the padding leaves room for accents and for letters like g. */
export const largeTitle = (title: string): string =>
  `line-clamp-3 break-words ${title.length > 26 ? 'text-2xl font-extrabold tracking-tighter sm:text-[clamp(2.5rem,5vw,4.5rem)] sm:leading-[1.1]' : 'poster pt-[0.15em] pb-[0.1em]'}`;
