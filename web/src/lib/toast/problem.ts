import i18next from 'i18next';
import { problemText } from '@/lib/api/problemText';
import { toast } from './store';

/** Says what went wrong. For the `onError` of a mutation: one that is given with `mutate` is not called when the button has gone meanwhile, as in a menu that closes. */
export const tellProblem = (error: unknown) => toast(problemText(error, i18next.t), 'danger');
