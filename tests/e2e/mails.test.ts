/** Mails as people see them: in a browser, narrow and wide, light and dark, and without the style sheet that some mail programs drop. */
import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { isFull } from '../support/level.ts';
import { parseMail, type Mail } from '../support/mail.ts';
import { until } from '../support/wait.ts';
import { template } from '../support/world.ts';
import { complaintsOfAxe, overflow } from './support/look.ts';
import { SHOTS } from './support/places.ts';
import { Stage } from './support/stage.ts';

const stage = await Stage.start('mails');
const { world } = stage;
const id = template.ids.carol;
const LONG = `${'Donaudampfschiff'.repeat(8)} “<b>שלום עולם</b>” 🎵`;

const KINDS = {
  confirm: `('mail.verify_email', '{"user_id": "${template.ids.bob}"}')`,
  reset: `('mail.reset_password', '{"email": "alice@example.org"}')`,
  notification: `('mail.notifications', '{"user_id": "${template.ids.dave}"}')`,
  digest: `('mail.notifications', '{"user_id": "${id}"}')`,
  security: `('mail.security', '{"notification_id": "NOTICE"}')`,
  deletion: `('mail.account_deletion', '{"user_id": "${template.ids.mia}"}')`,
};
const RECIPIENTS = { confirm: 'bob', reset: 'alice', notification: 'dave', digest: 'carol', security: 'root', deletion: 'mia' };
const LANGUAGES = { confirm: 'en', reset: 'fr', notification: 'es', digest: 'fr', security: 'en', deletion: 'es' };

const mails = (): Mail[] => {
  try {
    const folder = path.join(world.server.dataDir, 'mail');
    return readdirSync(folder).map((name) => parseMail(readFileSync(path.join(folder, name), 'utf8')));
  } catch {
    return [];
  }
};

await world.sql(`update users set is_verified = false where id = '${template.ids.bob}'; update users set deletion_at = now() + interval '30 days' where id = '${template.ids.mia}'`);
for (const [kind, person] of Object.entries(RECIPIENTS)) await world.sql(`update user_profiles set language = '${LANGUAGES[kind as keyof typeof LANGUAGES]}' where user_id = '${template.ids[person as keyof typeof template.ids]}'`);
await world.sql(`insert into notifications (user_id, actor_id, type, title, link, mail_waits) values ('${template.ids.dave}', '${template.ids.alice}', 'follow', 'alice follows you', '/u/alice', true)`);
await world.sql(`insert into notifications (user_id, type, title, content, link, mail_waits) select '${id}', 'other', $x$${LONG}$x$, $x$${LONG}$x$, '/tracks/' || repeat('x', 100) || n, true from generate_series(1, 3) n`);
const notice = await world.sql(`insert into notifications (user_id, type, title, link, data) values ('${template.ids.root}', 'account.signed_in', 'New sign-in', '/settings/sessions', '{"device": "Chrome on Windows", "address": "2001:db8:85a3:8d3:1319:8a2e:370:7348"}') returning id`);
for (const values of Object.values(KINDS)) await world.sql(`insert into jobs (kind, payload) values ${values.replace('NOTICE', notice)}`);

for (const [kind, person] of Object.entries(RECIPIENTS)) {
  test(`the mail "${kind}": no complaint of axe, nothing beyond the edge, ${isFull ? 'narrow and wide, light and dark' : 'narrow and light'}, and it fetches nothing`, async () => {
    const mail = await until(`the mail to ${person}`, () => mails().find((one) => one.headers['to'] === `<${person}@example.org>`));
    const wrong: string[] = [];
    for (const width of isFull ? [360, 700] : [360]) {
      await stage.visit(null, async ({ page }) => {
        const asked: string[] = [];
        page.on('request', (request) => asked.push(request.url()));
        for (const scheme of isFull ? (['light', 'dark'] as const) : (['light'] as const)) {
          for (const [name, html] of [['', mail.html], ['-bare', mail.html.replace(/<style>[^]*<\/style>/, '')]] as const) {
            if (name && scheme === 'dark') continue;
            await page.emulateMedia({ colorScheme: scheme });
            await page.setContent(html);
            const about = `${width} px, ${scheme}${name}`;
            wrong.push(...(await overflow(page)).map((text) => `${about}: ${text}`), ...(await complaintsOfAxe(page)).map((text) => `${about}: ${text}`));
            const column = await page.locator('.card').boundingBox();
            if (column!.width > 600) wrong.push(`${about}: the column has ${column!.width} px`);
            const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
            if (paper !== (scheme === 'dark' ? 'rgb(18, 16, 14)' : 'rgb(246, 241, 231)')) wrong.push(`${about}: paper is ${paper}`);
            if (isFull) await page.screenshot({ path: path.join(SHOTS, `mail-${kind}-${width}-${scheme}${name}.png`), fullPage: true });
          }
        }
        assert.deepEqual(asked, [], 'nothing is fetched');
      }, { width, height: 800, bypassCsp: true });
    }
    assert.deepEqual(wrong, []);
  });
}
