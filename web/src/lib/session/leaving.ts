/* Whether this document is being left for good: it asks nobody about unsaved work any more, and keeps nothing. */

let leaving = false;

export const isLeaving = () => leaving;

export function leaveForGood(): void {
  leaving = true;
}
