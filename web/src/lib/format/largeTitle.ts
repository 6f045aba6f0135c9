/** How a title that heads its page looks: a poster where it is short, smaller where it would fill the screen, at most three lines. A poster's
 * lines are low: the room above and below is for accents and tails, which would be cut with the lines that are too many. */
export const largeTitle = (title: string): string =>
  `line-clamp-3 break-words ${title.length > 26 ? 'text-2xl font-extrabold tracking-tighter sm:text-[clamp(2.5rem,5vw,4.5rem)] sm:leading-[1.1]' : 'poster pt-[0.15em] pb-[0.1em]'}`;
