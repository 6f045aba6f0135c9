/* Zod without its compiled fast path, which needs `eval` and so trips over the content security policy. */

import { z } from 'zod';

z.config({ jitless: true });

export { z };
