/* What somebody began in the row of a comment (replies opened, an answer half written) outlives the row: of a long list only the rows near what is in sight exist. */

import { createContext, useContext, useState } from 'react';

export const RowStates = createContext(new Map<string, unknown>());

/** As useState, for one comment. `keep` stores a value for the next time that the row is there, without drawing it anew. */
export function useRowState<T>(comment: string, name: string, initial: T): [T, (value: T) => void, (value: T) => void] {
  const states = useContext(RowStates);
  const key = `${comment} ${name}`;
  const [value, setValue] = useState(() => (states.has(key) ? (states.get(key) as T) : initial));
  const keep = (now: T) => void states.set(key, now);
  const set = (now: T) => {
    keep(now);
    setValue(now);
  };
  return [value, set, keep];
}
