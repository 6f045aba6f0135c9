/** The size of a title that heads its page: a poster where it is short, smaller where it would fill the screen. */
export const largeTitle = (title: string): string =>
  title.length > 26 ? 'text-2xl font-extrabold tracking-tighter sm:text-[clamp(2.5rem,5vw,4.5rem)] sm:leading-none' : 'poster';
