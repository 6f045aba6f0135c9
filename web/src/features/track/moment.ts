/** Where in the track a comment will stand. */
export interface Moment {
  seconds: number;
  /** False: it is about the whole track. */
  timed: boolean;
}
