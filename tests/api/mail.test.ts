/** Mails about notifications and about the account, as a mail server gets them. */
import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { assertProblem, assertStatus, cookiesOf, type Client } from '../support/client.ts';
import type { Mail } from '../support/mail.ts';
import { mailServer, type Received } from '../support/smtp.ts';
import { codeOf } from '../support/totp.ts';
import { until } from '../support/wait.ts';
import { emailOf, PASSWORD, template, withCsrf, World, type Person } from '../support/world.ts';

const smtp = await mailServer();
const world = await World.start('mail', {
  SMTP_URL: `smtp://127.0.0.1:${smtp.port}`, MAIL_FROM: 'Véza <post@veza.example>', APP_DOMAIN: 'veza.example', FRONTEND_URL: 'https://veza.example', NOTIFY_MAIL_DELAY_S: '2',
});
const api = world.visitor;
const ids = template.ids;
const as = (person: Person) => world.as(person);

const mailsTo = (person: Person, subject?: string) => smtp.mails.filter(({ to, headers }) => to.includes(emailOf(person)) && (!subject || headers['subject'] === subject));
const mailTo = (person: Person, subject: string) => until(`a mail to ${person}: ${subject}`, () => mailsTo(person, subject)[0]);
const follow = async (client: Client, person: Person) => {
  await client.delete('/api/v1/users/{id}/follow', { path: { id: ids[person] } });
  assertStatus(await client.post('/api/v1/users/{id}/follow', { path: { id: ids[person] } }), 200);
};
/** As if nothing had been told yet. */
const forget = async () => {
  await settled();
  await world.sql('delete from notifications');
  smtp.mails.length = 0;
};
const settled = () => until('the events and mails to be through', async () =>
  (await world.sql(`select (select count(*) from bus_waiting) + (select count(*) from jobs where kind like 'mail.%' and state in ('queued', 'running'))`)) === '0');

/** What a mail about notifications ends with. */
function wayOut(mail: Mail): string {
  const address = mail.headers['list-unsubscribe']?.match(/^<(https:\/\/veza\.example\/[^>]+)>$/)?.[1];
  assert.ok(address, mail.headers['list-unsubscribe']);
  assert.equal(mail.headers['list-unsubscribe-post'], 'List-Unsubscribe=One-Click');
  assert.ok(mail.text.includes(address) && mail.html.includes(`href="${address}"`));
  return address.slice('https://veza.example'.length);
}

function assertWellFormed(mail: Received): void {
  assert.match(mail.raw, /^From: =\?UTF-8\?B\?VsOpemE=\?= <post@veza\.example>\r\n/m);
  assert.equal(mail.from, 'post@veza.example');
  assert.match(mail.headers['message-id']!, /^<[0-9a-f-]{36}@veza\.example>$/);
  assert.ok(Math.abs(Date.parse(mail.headers['date']!) - Date.now()) < 60_000);
  assert.equal(mail.headers['mime-version'], '1.0');
  assert.match(mail.headers['content-type']!, /^multipart\/alternative; boundary=/);
  assert.equal(mail.headers['auto-submitted'], 'auto-generated');
  for (const line of mail.raw.split('\r\n')) assert.match(line, /^[\x20-\x7e]{0,200}$/, 'seven bits, and no line break of its own');
}

for (const [language, subject, hello, words] of [
  ['en', 'alice follows you', 'Hello carol,', 'alice follows you\nSee their profile and follow back\n\nOpen in Veza:\nhttps://veza.example/u/alice'],
  ['fr', 'alice vous suit', 'Bonjour carol,', 'alice vous suit\nVoyez son profil et suivez en retour\n\nOuvrir dans Veza :\nhttps://veza.example/u/alice'],
  ['es', 'alice te sigue', 'Hola, carol:', 'alice te sigue\nMira su perfil y sigue también tú\n\nAbrir en Veza:\nhttps://veza.example/u/alice'],
] as const) {
  test(`a new follower is mailed in ${language}`, async () => {
    await forget();
    assertStatus(await as('carol').put('/api/v1/users/settings', { body: { language } }), 200);
    await follow(as('alice'), 'carol');
    const mail = await mailTo('carol', subject);
    assertWellFormed(mail);
    assert.ok(mail.text.startsWith(`${hello}\n\n${words}\n\n`), mail.text);
    assert.ok(mail.html.includes(hello.replace('carol', '<bdi>carol</bdi>')) && mail.html.includes('href="https://veza.example/u/alice"'), mail.html);
    wayOut(mail);
    await settled();
    assert.equal(mailsTo('carol').length, 1);
  });
}

test('several within the delay come as one mail', async () => {
  await forget();
  for (const person of ['alice', 'bob', 'carol'] as const) await follow(as(person), 'dave');
  const grouped = await mailTo('dave', 'carol and 2 others follow you');
  assert.ok(grouped.text.includes('See who follows you'), grouped.text);
  await settled();
  assert.equal(mailsTo('dave').length, 1, 'those of one kind are one notification');
  await forget();
  const track = await world.sql(`insert into tracks (creator_id, title, status, visibility) values ('${ids.dave}', 'Kelp', 'completed', 'public') returning id`);
  assertStatus(await as('dave').put('/api/v1/notifications/preferences', { body: { email_on_like: true } }), 200);
  assertStatus(await as('alice').post('/api/v1/tracks/{id}/like', { path: { id: track } }), 200);
  await follow(as('bob'), 'dave');
  const digest = await mailTo('dave', '2 new notifications');
  for (const line of ['alice likes “Kelp”', 'bob follows you']) assert.ok(digest.text.includes(line), digest.text);
  await settled();
  assert.equal(mailsTo('dave').length, 1);
  await as('dave').post('/api/v1/notifications/read-all'); /* while it is unread, others join it without another mail */
  await follow(as('mia'), 'dave');
  await mailTo('dave', 'mia follows you');
});

test('what was read in time is not mailed', async () => {
  await forget();
  await follow(as('alice'), 'dave');
  await until('the notification', async () => (await as('dave').post('/api/v1/notifications/read-all')).body.changed === 1);
  await settled();
  assert.deepEqual(mailsTo('dave'), []);
});

test('whoever is here right now is not mailed', async () => {
  await forget();
  assertStatus(await as('dave').put('/api/v1/users/me/presence', { body: { status: 'online' } }), 200);
  await follow(as('alice'), 'dave');
  await settled();
  assert.deepEqual(mailsTo('dave'), []);
  assertStatus(await as('dave').put('/api/v1/users/me/presence', { body: { status: 'offline' } }), 200);
});

test('each kind of mail, and all together, can be switched off', async () => {
  for (const off of [{ email_on_follow: false }, { email_notifications: false }]) {
    await forget();
    assertStatus(await as('dave').put('/api/v1/notifications/preferences', { body: off }), 200);
    await follow(as('alice'), 'dave');
    await until('the notification', async () => (await as('dave').get('/api/v1/notifications/unread-count')).body.unread === 1);
    await settled();
    assert.deepEqual(mailsTo('dave'), []);
    assertStatus(await as('dave').put('/api/v1/notifications/preferences', { body: { email_on_follow: true, email_notifications: true } }), 200);
  }
});

test('an address that was not verified gets no notifications', async () => {
  await forget();
  await world.sql(`update users set is_verified = false where username = 'dave'`);
  await follow(as('alice'), 'dave');
  await settled();
  assert.deepEqual(mailsTo('dave'), []);
  await world.sql(`update users set is_verified = true where username = 'dave'`);
});

test('a temporary refusal is tried again, a lasting one is not', async () => {
  await forget();
  smtp.refuse.set(emailOf('dave'), [451]);
  await follow(as('alice'), 'dave');
  const mail = await mailTo('dave', 'alice follows you');
  assertWellFormed(mail);
  await settled();
  assert.equal(mailsTo('dave').length, 1);
  await forget();
  const before = smtp.offers.get(emailOf('dave'))!;
  smtp.refuse.set(emailOf('dave'), [550, 550, 550]);
  await follow(as('alice'), 'dave');
  await until('the job to have failed', async () => (await world.sql(`select count(*) from jobs where kind = 'mail.notifications' and state = 'failed' and attempts = 1`)) === '1');
  await settled();
  assert.equal(smtp.offers.get(emailOf('dave')), before + 1);
  smtp.refuse.clear();
  assert.equal(await world.sql('select count(*) from notifications where mail_waits'), '0', 'and does not hold up the next');
});

test('one click in a mail program ends the mails, without signing in', async () => {
  await forget();
  await follow(as('alice'), 'mia');
  const target = wayOut(await mailTo('mia', 'alice follows you'));
  const wants = async () => (await as('mia').get('/api/v1/notifications/preferences')).body.email_notifications;
  const page = await api.send('GET', target);
  assertStatus(page, 200);
  assert.match(page.bytes.toString(), /<form method="post"><button>No more mails<\/button><\/form>/);
  assert.match(page.headers.get('content-security-policy')!, /form-action 'self'/);
  assert.equal(await wants(), true, 'looking changes nothing: scanners follow links too');
  for (const [type, body] of [['application/x-www-form-urlencoded', 'List-Unsubscribe=One-Click'], ['multipart/form-data; boundary=x', '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n']] as const) {
    await as('mia').put('/api/v1/notifications/preferences', { body: { email_notifications: true } });
    const reply = await api.send('POST', target, { body, headers: { 'content-type': type } });
    assertStatus(reply, 200);
    assert.match(reply.bytes.toString(), /no more mails about notifications/);
    assert.equal(await wants(), false);
  }
  await world.sql('delete from notifications');
  await follow(as('bob'), 'mia');
  await settled();
  assert.equal(mailsTo('mia').length, 1);
});

test('the page asks in the person\'s language, and its button works for somebody who is signed in', async () => {
  await forget();
  assertStatus(await as('bob').put('/api/v1/users/settings', { body: { language: 'fr' } }), 200);
  await follow(as('alice'), 'bob');
  const target = wayOut(await mailTo('bob', 'alice vous suit'));
  assert.match((await api.send('GET', target)).bytes.toString(), /<html lang="fr">.*Ne plus recevoir/s);
  const { cookies } = await withCsrf(api, { veza_access: template.tokens.bob });
  assertStatus(await api.send('POST', target, { as: { cookies }, body: '', headers: { 'content-type': 'application/x-www-form-urlencoded' } }), 200);
  assert.equal((await as('bob').get('/api/v1/notifications/preferences')).body.email_notifications, false);
  assert.equal((await as('carol').get('/api/v1/notifications/preferences')).body.email_notifications, true);
});

test('an address that was made up ends nobody\'s mails', async () => {
  await forget();
  await follow(as('bob'), 'carol');
  const target = wayOut(await mailTo('carol', 'bob te sigue'));
  const token = new URLSearchParams(target.split('?')[1]).get('token')!;
  const [id, mac] = token.split('.') as [string, string];
  const wrong = [`${ids.dave}.${mac}`, `${id}.${'0'.repeat(64)}`, `${id}.${mac.slice(1)}`, `${token}0`, id, 'x', `${id}.${mac.toUpperCase()}`, ''];
  for (const one of wrong) {
    for (const method of ['GET', 'POST']) {
      const reply = await api.send(method, `/api/v1/notifications/unsubscribe?token=${encodeURIComponent(one)}`);
      assert.ok(one ? reply.status === 410 : reply.status === 422, `${method} ${one} ${reply.status}`);
    }
  }
  assert.equal((await as('carol').get('/api/v1/notifications/preferences')).body.email_notifications, true);
  const gone = token.replace(id, '00000000-0000-4000-8000-000000000000');
  assertProblem(await api.send('POST', `/api/v1/notifications/unsubscribe?token=${gone}`), 410, 'token_invalid');
});

/** Somebody new, verified, with a session. */
async function newcomer(username: string): Promise<{ email: string; client: Client; cookies: Record<string, string> }> {
  const email = `${username}@example.org`;
  const reply = await api.post('/api/v1/auth/register', { body: { username, email, password: PASSWORD }, headers: { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' } });
  assertStatus(reply, 201);
  await world.sql(`update users set is_verified = true where username = '${username}'`);
  return { email, client: api.as({ token: reply.body.access_token }), cookies: cookiesOf(reply) };
}
const toAddress = (email: string, subject: string) => smtp.mails.filter(({ to, headers }) => to.includes(email) && headers['subject'] === subject);
const ANOTHER = { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36' };

test('a sign-in in a browser that was never used is told of, whatever the settings say', async () => {
  const { email, client, cookies } = await newcomer('nora');
  assertStatus(await client.put('/api/v1/notifications/preferences', { body: { email_notifications: false } }), 200);
  const signIn = (more: { headers?: Record<string, string>; as?: { cookies: Record<string, string> } }) => api.post('/api/v1/auth/login', { body: { email, password: PASSWORD }, ...more });
  const first = await signIn({ headers: ANOTHER });
  assertStatus(first, 200);
  const mail = await until('the mail', () => toAddress(email, 'New sign-in to your account')[0]);
  assertWellFormed(mail);
  assert.match(mail.text, /Chrome on Windows, from 127\.0\.0\.1, on \d{1,2} [A-Z][a-z]+ \d{4} at \d{1,2}:\d\d UTC\n\nCheck your account:\nhttps:\/\/veza\.example\/settings\/sessions/);
  assert.equal(mail.headers['list-unsubscribe'], undefined, 'it cannot be switched off');
  const [listed] = (await client.get('/api/v1/notifications', { query: { type: 'account.signed_in' } })).body.items;
  assert.deepEqual([listed!.title, listed!.content, listed!.data], ['New sign-in to your account', 'Chrome on Windows, from 127.0.0.1', { device: 'Chrome on Windows', address: '127.0.0.1' }]);
  assertStatus(await signIn({ headers: ANOTHER }), 200);
  const browser = cookiesOf(first)['veza_browser']!;
  const csrf = await withCsrf(api, { veza_browser: browser });
  assertStatus(await signIn({ headers: { 'user-agent': 'updated meanwhile' }, as: csrf }), 200);
  await settled();
  assert.equal(toAddress(email, 'New sign-in to your account').length, 1, 'the same program at the same address, and the same browser, are known');
  assertStatus(await signIn({ headers: { 'user-agent': 'a thief' }, as: { cookies: { veza_browser: 'A'.repeat(43) } } }), 200);
  await until('a second mail', () => toAddress(email, 'New sign-in to your account').length === 2);
  assert.ok(cookies['veza_browser']);
});

test('the first sign-in of an account is no news', async () => {
  const { email } = await newcomer('first');
  await settled();
  assert.deepEqual(toAddress(email, 'New sign-in to your account'), []);
});

test('a changed password is told of in the person\'s language', async () => {
  const { email, client } = await newcomer('pia');
  await client.put('/api/v1/users/settings', { body: { language: 'es', email_notifications: false } });
  assertStatus(await client.put('/api/v1/users/me/password', { body: { current_password: PASSWORD, new_password: 'another good one' } }), 200);
  const mail = await until('the mail', () => toAddress(email, 'Se ha cambiado tu contraseña')[0]);
  assertWellFormed(mail);
  assert.match(mail.text, /^Hola, pia:\n\nSe ha cambiado tu contraseña\nEl \d{1,2} de [a-z]+ de \d{4} a las? \d{1,2}:\d\d UTC\. /);
});

test('a password that was reset, and a second factor that was switched off, are told of', async () => {
  const { email, client } = await newcomer('otto');
  const setup = await client.post('/api/v1/auth/2fa/setup', { body: { password: PASSWORD } });
  assertStatus(setup, 200);
  assertStatus(await client.post('/api/v1/auth/2fa/verify', { body: { code: codeOf(setup.body.secret) } }), 200);
  assertStatus(await client.post('/api/v1/auth/2fa/disable', { body: { password: PASSWORD, code: codeOf(setup.body.secret, 1) } }), 204);
  await until('the mail', () => toAddress(email, 'Two-step sign-in was switched off')[0]);
  assertStatus(await api.post('/api/v1/auth/password/reset-request', { body: { email } }), 202);
  const link = await until('the link', () => smtp.mails.find(({ to, text }) => to.includes(email) && text.includes('/reset-password'))?.text.match(/token=([\w-]{20,})/)?.[1]);
  assertStatus(await api.post('/api/v1/auth/password/reset', { body: { token: link, password: 'another good one' } }), 200);
  await until('the mail', () => toAddress(email, 'Your password was changed')[0]);
});

test('an export that is ready is told of', async () => {
  const { email, client } = await newcomer('elsa');
  assertStatus(await client.post('/api/v1/users/me/export'), 202);
  await until('the mail', () => toAddress(email, 'Your data is ready')[0]);
  assert.equal((await client.get('/api/v1/notifications', { query: { type: 'export.ready' } })).body.items.length, 1);
});

test('no mail is lost when the server is killed', async () => {
  await forget();
  assertStatus(await as('dave').put('/api/v1/users/settings', { body: { language: 'en' } }), 200);
  await follow(as('root'), 'dave');
  await until('the mail to be queued', async () => (await world.sql(`select count(*) from jobs where kind = 'mail.notifications' and state = 'queued'`)) === '1');
  await world.server.stop('SIGKILL');
  await world.server.start();
  await mailTo('dave', 'root follows you');
});

test('mails go encrypted and with a password where the server asks for it', async () => {
  const guarded = await mailServer({ login: { user: 'veza', password: 'p@ss' } });
  const settings = { SMTP_URL: `smtp://veza:p%40ss@localhost:${guarded.port}`, NOTIFY_MAIL_DELAY_S: '0' };
  const trusting = await World.start('mail-tls', { ...settings, SMTP_CA_FILE: guarded.certificate! });
  assertStatus(await trusting.as('alice').post('/api/v1/users/{id}/follow', { path: { id: ids.carol } }), 200);
  const told = () => guarded.mails.filter((mail) => mail.headers['subject'] === 'alice follows you'); /* the template's own news come as well */
  const mail = await until('the mail', () => told()[0]);
  assert.deepEqual([mail.encrypted, mail.user], [true, 'veza']);
  const doubting = await World.start('mail-doubt', settings);
  assertStatus(await doubting.as('alice').post('/api/v1/users/{id}/follow', { path: { id: ids.carol } }), 200);
  await until('the mail to wait', async () => (await doubting.sql(`select count(*) from jobs where kind = 'mail.notifications' and state = 'queued' and attempts > 0`)) === '1');
  assert.equal(told().length, 1, 'nothing is told to a server that cannot prove who it is');
  const why = await doubting.sql(`select last_error from jobs where kind = 'mail.notifications' and state = 'queued' and attempts > 0`);
  assert.match(why, /certificate.*SMTP_CA_FILE/, 'the job says why, and the setting that helps');
});
