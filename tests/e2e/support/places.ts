/** Where the browser suite finds and leaves things. */
import path from 'node:path';
import { isFull } from '../../support/level.ts';
import { ROOT } from '../../support/paths.ts';

/** The short level takes the same engine without a window (docs/adr/0043). */
export const CHROMIUM = isFull ? '/usr/bin/chromium' : '/usr/bin/chromium-headless-shell';
/** The built web app. */
export const WEB = path.resolve(process.env['VEZA_WEB_DIR'] ?? path.join(ROOT, 'web/dist'));
/** Pictures of every page, and of what a test saw when it failed. */
export const SHOTS = path.join(ROOT, 'build/e2e-screenshots');
