/** Every kind of mail in every language, sent to a real mail server and read by a parser that is not ours. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertStatus, type Client } from '../support/client.ts';
import { parseMime } from '../support/mime.ts';
import { mailServer } from '../support/smtp.ts';
import { until } from '../support/wait.ts';
import { PASSWORD, template, World } from '../support/world.ts';

const HOME = 'https://veza.example';
const smtp = await mailServer();
const world = await World.start('letters', {
  SMTP_URL: `smtp://127.0.0.1:${smtp.port}`, MAIL_FROM: 'Véza <post@veza.example>', APP_DOMAIN: 'veza.example', FRONTEND_URL: HOME, NOTIFY_MAIL_DELAY_S: '0',
});

/** What people write into titles. */
const TITLE = `<script>alert("x")</script> 'Tom' & <b>שלום</b> 🎵 café`;

/** Subjects by kind, and where the button leads. */
const KINDS = {
  verify_email: { subject: { en: 'Confirm your e-mail address', fr: 'Confirmez votre adresse e-mail', es: 'Confirma tu dirección de correo' }, address: '/verify-email?token=' },
  reset_password: { subject: { en: 'Choose a new password', fr: 'Choisissez un nouveau mot de passe', es: 'Elige una contraseña nueva' }, address: '/reset-password?token=' },
  follow: { subject: { en: 'alice follows you', fr: 'alice vous suit', es: 'alice te sigue' }, address: '/u/alice' },
  export: { subject: { en: 'Your data is ready', fr: 'Vos données sont prêtes', es: 'Tus datos están listos' }, address: '/settings/data' },
  track_removed: { subject: { en: `An administrator removed “${TITLE}”`, fr: `Un administrateur a retiré « ${TITLE} »`, es: `Un administrador ha retirado «${TITLE}»` }, address: '/notifications' },
  track_restored: { subject: { en: `“${TITLE}” was restored`, fr: `« ${TITLE} » a été rétabli`, es: `«${TITLE}» se ha restaurado` }, address: '/track/' },
  signed_in: { subject: { en: 'New sign-in to your account', fr: 'Nouvelle connexion à votre compte', es: 'Nuevo inicio de sesión en tu cuenta' }, address: '/settings/sessions' },
  password_changed: { subject: { en: 'Your password was changed', fr: 'Votre mot de passe a été changé', es: 'Se ha cambiado tu contraseña' }, address: '/settings/security' },
  connected: { subject: { en: 'An account elsewhere was connected', fr: 'Un compte extérieur a été relié', es: 'Se ha conectado una cuenta externa' }, address: '/settings/security' },
  second_factor_on: { subject: { en: 'Two-step sign-in was switched on', fr: 'La connexion en deux étapes a été activée', es: 'Se ha activado el inicio de sesión en dos pasos' }, address: '/settings/security' },
  second_factor_off: { subject: { en: 'Two-step sign-in was switched off', fr: 'La connexion en deux étapes a été désactivée', es: 'Se ha desactivado el inicio de sesión en dos pasos' }, address: '/settings/security' },
  passkey_added: { subject: { en: 'A passkey was added', fr: 'Une clé d’accès a été ajoutée', es: 'Se ha añadido una llave de acceso' }, address: '/settings/security' },
  passkey_removed: { subject: { en: 'A passkey was deleted', fr: 'Une clé d’accès a été supprimée', es: 'Se ha borrado una llave de acceso' }, address: '/settings/security' },
  deletion: { subject: { en: 'Your account will be deleted', fr: 'Votre compte va être supprimé', es: 'Tu cuenta se eliminará' }, address: '/login' },
} as const;
const NOTIFICATIONS = ['follow', 'export', 'track_removed', 'track_restored'];
const SECURITY = ['password_changed', 'connected', 'second_factor_on', 'second_factor_off', 'passkey_added', 'passkey_removed'];
type Kind = keyof typeof KINDS;
const LANGUAGES = ['en', 'fr', 'es'] as const;
type Language = (typeof LANGUAGES)[number];

interface Reader { client: Client; id: string; email: string }

async function newcomer(language: Language): Promise<Reader> {
  const email = `reader_${language}@example.org`;
  const reply = await world.visitor.post('/api/v1/auth/register', { body: { username: `reader_${language}`, email, password: PASSWORD }, headers: { 'accept-language': language } });
  assertStatus(reply, 201);
  return { client: world.visitor.as({ token: reply.body.access_token }), id: reply.body.user.id, email };
}

const event = (name: string, payload: object) => world.sql(`insert into outbox (name, payload) values ('${name}', '${JSON.stringify(payload)}')`);

async function mail(reader: Reader, kind: Kind, language: Language): Promise<string> {
  return (await until(`${kind} in ${language}`, () => smtp.mails.find(({ to, headers }) => to.includes(reader.email) && headers['subject'] === KINDS[kind].subject[language]))).raw;
}

/** Brings about one mail of each kind, one after the other, and returns them. */
async function allKinds(language: Language): Promise<Record<Kind, string>> {
  const reader = await newcomer(language);
  const mails: Partial<Record<Kind, string>> = {};
  const wait = async (kind: Kind) => { mails[kind] = await mail(reader, kind, language); };
  await wait('verify_email');
  await world.sql(`update users set is_verified = true where id = '${reader.id}'`);
  assertStatus(await reader.client.put('/api/v1/users/settings', { body: { timezone: 'America/New_York' } }), 200);
  assertStatus(await world.visitor.post('/api/v1/auth/password/reset-request', { body: { email: reader.email } }), 202);
  await wait('reset_password');
  assertStatus(await world.as('alice').post('/api/v1/users/{id}/follow', { path: { id: reader.id } }), 200);
  await wait('follow');
  assertStatus(await reader.client.post('/api/v1/users/me/export'), 202);
  await wait('export');
  const track = await world.sql(`insert into tracks (creator_id, title, status) values ('${reader.id}', $x$${TITLE}$x$, 'completed') returning id`);
  await event('track.restored', { user_id: reader.id, track_id: track });
  await wait('track_restored');
  await world.sql(`update tracks set deleted_at = now(), restorable_until = '2031-05-01T12:00Z' where id = '${track}'`);
  await event('track.removed', { user_id: reader.id, track_id: track });
  await wait('track_removed');
  assertStatus(await world.visitor.post('/api/v1/auth/login', { body: { email: reader.email, password: PASSWORD }, headers: { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36' } }), 200);
  await wait('signed_in');
  for (const kind of SECURITY) {
    await event(`account.${kind}`, { user_id: reader.id });
    await wait(kind as Kind);
  }
  assertStatus(await reader.client.delete('/api/v1/users/me', { body: { password: PASSWORD } } as never), 200);
  await wait('deletion');
  return mails as Record<Kind, string>;
}

/** The addresses of links, and what may load something. */
const linksOf = (html: string) => [...html.matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, address]) => address!.replaceAll('&amp;', '&'));

for (const language of LANGUAGES) {
  test(`every kind of mail in ${language}: text, then HTML in one design, that a parser reads without complaint`, async () => {
    const mails = await allKinds(language);
    const kinds = Object.keys(KINDS) as Kind[];
    const parsed = parseMime(kinds.map((kind) => mails[kind]));
    for (const [i, kind] of kinds.entries()) {
      const { headers, type, parts, defects } = parsed[i]!, about = `${kind} in ${language}`;
      const [text, html] = parts as [typeof parts[0], typeof parts[0]];
      assert.deepEqual(defects, [], about);
      assert.deepEqual([type, ...parts.map((part) => `${part.type} ${part.charset} ${part.encoding}`)],
        ['multipart/alternative', 'text/plain utf-8 quoted-printable', 'text/html utf-8 quoted-printable'], about);
      assert.equal(headers['subject'], KINDS[kind].subject[language], about);
      assert.equal(headers['auto-submitted'], 'auto-generated', about);
      assert.ok(headers['message-id'] && headers['date'], about);
      assert.equal('list-unsubscribe' in headers, NOTIFICATIONS.includes(kind), `${about}: only what may be switched off says how`);

      const [head, ...bodies] = mails[kind].split('\r\n\r\n');
      for (const line of bodies.join('\r\n\r\n').split('\r\n')) assert.ok(line.length <= 76 && /^[\x20-\x7e]*$/.test(line), `${about}: ${line}`);
      for (const line of head!.split('\r\n')) assert.ok(line.length <= 76 || line.startsWith('List-Unsubscribe: <'), `${about}: ${line}`);

      assert.match(html.content, new RegExp(`<html lang="${language}" dir="ltr">`), about);
      assert.match(html.content, /<meta name="color-scheme" content="light dark">[^]*@media \(prefers-color-scheme:dark\)/, about);
      assert.doesNotMatch(html.content, /<(?:img|script|iframe|link|form|svg|object|video|audio)\b|url\(|@import|\son\w+=|src=/i, `${about}: nothing runs and nothing is fetched`);
      const links = linksOf(html.content);
      const target = links.find((address) => address.startsWith(`${HOME}${KINDS[kind].address}`));
      assert.ok(target, `${about}: the button leads to ${KINDS[kind].address}: ${links.join(' ')}`);
      assert.equal(links.filter((address) => address === target).length, 2, `${about}: the button, and its address in words below`);
      for (const address of links) assert.ok(address === HOME || address.startsWith(`${HOME}/`), `${about}: ${address}`);
      assert.ok(text.content.includes(target), about);
      for (const [address] of text.content.matchAll(/https?:\/\/\S+/g)) assert.ok(address.startsWith(`${HOME}/`), `${about}: ${address}`);
      for (const content of [text.content, html.content]) assert.doesNotMatch(content, /\{\w+\}|undefined|\(null\)/, about);
      assert.match(text.content, /\n-- \n.{30}/, `${about}: says why it came`);
      const why = text.content.split('\n-- \n')[1]!.split('\n')[0]!;
      assert.ok(html.content.includes(why.replaceAll("'", '&#39;')), `${about}: so does the HTML`);
    }
    const contents = (kind: Kind) => parsed[kinds.indexOf(kind)]!.parts.map((part) => part.content) as [string, string];
    const [text, html] = contents('track_restored');
    assert.ok(text.includes(TITLE), 'a title is written as it is in the text');
    assert.ok(html.includes('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &#39;Tom&#39; &amp; &lt;b&gt;שלום&lt;/b&gt; 🎵 café'), 'and escaped in the HTML');
    const until = { en: '1 May 2031', fr: '1er mai 2031', es: '1 de mayo de 2031' }[language];
    const device = { en: 'Chrome on Windows', fr: 'Chrome sur Windows', es: 'Chrome en Windows' }[language];
    for (const content of contents('signed_in')) assert.ok(content.includes(device), content);
    for (const content of contents('track_removed')) assert.ok(content.includes(until), content);
  });
}

test('times are those of the person\'s time zone, in the words of their language', async () => {
  for (const [language, words] of [['en', '3 May 2026 at 21:05 (America/New_York)'], ['fr', '3 mai 2026 à 21:05 (America/New_York)'], ['es', '3 de mayo de 2026 a las 21:05 (America/New_York)']] as const) {
    const id = await world.sql(`select id from users where username = 'reader_${language}'`);
    const job = (notification: string) => world.sql(`insert into jobs (kind, payload) values ('mail.security', '{"notification_id": "${notification}"}')`);
    await world.sql(`update users set deletion_at = null where id = '${id}'`);
    const notification = await world.sql(`insert into notifications (user_id, type, title, link, created_at) values ('${id}', 'account.passkey_removed', 'A passkey was deleted', '/settings/security', '2026-05-04T01:05Z') returning id`);
    await job(notification);
    await until(`a mail with ${words}`, () => smtp.mails.some(({ to, text, html }) => to.includes(`reader_${language}@example.org`) && text.includes(words) && html.includes(words)));
  }
});

test('the day of a deletion is the day where the person is', async () => {
  const reader = { id: await world.sql(`select id from users where username = 'reader_en'`), email: 'reader_en@example.org' };
  await world.sql(`update users set deletion_at = '2031-05-04T01:00Z' where id = '${reader.id}'`);
  await world.sql(`insert into jobs (kind, payload) values ('mail.account_deletion', '{"user_id": "${reader.id}"}')`);
  await until('the mail', () => smtp.mails.some(({ to, text }) => to.includes(reader.email) && text.includes('on 3 May 2031 all that is yours')));
});

test('an account begins with the time zone of the browser, and with UTC when the server does not know it', async () => {
  for (const [timezone, kept] of [['Asia/Tokyo', 'Asia/Tokyo'], ['Mars/Olympus_Mons', 'UTC'], [undefined, 'UTC']] as const) {
    const username = `zone_${(timezone ?? 'none').replace('/', '.')}`;
    const reply = await world.visitor.post('/api/v1/auth/register', { body: { username, email: `${username}@example.org`, password: PASSWORD, ...(timezone ? { timezone } : {}) } });
    assertStatus(reply, 201);
    assert.equal((await world.visitor.as({ token: reply.body.access_token }).get('/api/v1/users/settings')).body.timezone, kept);
  }
});

test('several notifications are one mail that lists each with its address', async () => {
  const id = await world.sql(`select id from users where username = 'reader_fr'`);
  smtp.mails.length = 0;
  await world.sql(`insert into notifications (user_id, type, title, link, mail_waits) select '${id}', 'other', 'Nº ' || n, '/tracks/' || n, true from generate_series(1, 3) n`);
  await world.sql(`insert into jobs (kind, payload) values ('mail.notifications', '{"user_id": "${id}"}')`);
  const one = await until('the mail', () => smtp.mails.find(({ to }) => to.includes('reader_fr@example.org')));
  const [parsed] = parseMime([one.raw]);
  assert.equal(parsed!.headers['subject'], '3 nouvelles notifications');
  for (const { content } of parsed!.parts) for (const n of [1, 2, 3]) assert.ok(content.includes(`Nº ${n}`) && content.includes(`${HOME}/tracks/${n}`), content);
  assert.ok(linksOf(parsed!.parts[1]!.content).includes(`${HOME}/notifications`));
});

test('a notification whose path would leave the site is not mailed', async () => {
  smtp.mails.length = 0;
  const job = await world.sql(`with n as (insert into notifications (user_id, type, title, link) values ('${template.ids.dave}', 'other', 'Look', '@evil.example/') returning id)
    insert into jobs (kind, payload) select 'mail.security', jsonb_build_object('notification_id', id) from n returning id`);
  await until('the job to have failed', async () => (await world.sql(`select state from jobs where id = '${job}'`)) === 'failed');
  assert.deepEqual(smtp.mails, []);
});
