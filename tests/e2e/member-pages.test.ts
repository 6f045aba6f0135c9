/** The pages of one's own account, as their owner sees them. */
import { PASSWORD, template } from '../support/world.ts';
import { lookAt, type View } from './support/look.ts';
import { Stage } from './support/stage.ts';

const stage = await Stage.start('member-pages');

/* Something to be told of. */
await stage.world.as('carol').post('/api/v1/users/{id}/follow', { path: { id: template.ids.dave } });
await stage.world.as('dave').post('/api/v1/developer/api-keys', { body: { name: 'Nightly uploads', scopes: ['tracks:read', 'tracks:write'], expires_in_days: 90 } });
await stage.world.as('dave').post('/api/v1/app-passwords', { body: { name: 'Car' } });

const VIEWS: View[] = [
  { name: 'notifications', path: '/notifications', who: 'dave' },
  ...['profile', 'security', 'sessions', 'apps', 'privacy', 'notifications', 'appearance', 'language', 'data'].map((tab) => ({ name: `settings-${tab}`, path: `/settings/${tab}`, who: 'dave' as const })),
  { name: 'second-factor', path: '/settings/security', who: 'dave', first: async ({ page }) => {
    await page.getByRole('button', { name: 'Set it up' }).click();
    await page.getByRole('dialog').getByLabel('Current password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('img', { name: /QR code/ }).waitFor();
  }, inSight: true },
  { name: 'delete-account', path: '/settings/data', who: 'dave', first: ({ page }) => page.getByRole('button', { name: 'Delete the account' }).click(), inSight: true },
  { name: 'new-app', path: '/settings/apps', who: 'dave', first: async ({ page }) => {
    await page.getByRole('button', { name: 'New password' }).click();
    await page.getByLabel('Which app it is for').fill('Phone');
    await page.getByRole('button', { name: 'Make the password' }).click();
    await page.getByRole('button', { name: 'I have copied it' }).waitFor();
  }, inSight: true },
  { name: 'developer', path: '/developer', who: 'dave' },
  { name: 'new-key', path: '/developer', who: 'dave', first: ({ page }) => page.getByRole('button', { name: 'New key' }).click(), inSight: true },
];

lookAt(stage, VIEWS);
