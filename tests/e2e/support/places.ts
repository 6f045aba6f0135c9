/** Where the browser suite finds and leaves things. */
import path from 'node:path';
import { ROOT } from '../../support/paths.ts';

export const CHROMIUM = '/usr/bin/chromium';
/** The same engine without windows, for the short level (docs/adr/0043). It has no notifications. */
export const HEADLESS = '/usr/bin/chromium-headless-shell';
/** The built web app. */
export const WEB = path.resolve(process.env['VEZA_WEB_DIR'] ?? path.join(ROOT, 'web/dist'));
/** Pictures of every page, and of what a test saw when it failed. */
export const SHOTS = path.join(ROOT, 'build/e2e-screenshots');
