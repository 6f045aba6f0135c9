/* parts - real parts that Veza talks to, as tests/support starts them. From the folder tests: node --import tsx ../bench/peers/parts.mts NAME...
 *
 * Each of postgresql, redis, rabbitmq, s3, clamd that is named is started; then a line has their settings for Veza. Each line of standard input, "kill NAME" or
 * "start NAME", is done and answered by a line, for a start when the part answers. All end with standard input. */
import { createInterface } from 'node:readline';
import { Clamd } from '../../tests/support/clamd.ts';
import { Cluster } from '../../tests/support/cluster.ts';
import { RabbitMQ } from '../../tests/support/rabbitmq.ts';
import { Redis } from '../../tests/support/redis.ts';
import { Swift } from '../../tests/support/swift.ts';

const BUCKET = 'veza-bench';
const say = (what: object) => process.stdout.write(`${JSON.stringify(what)}\n`);

interface Part { settings: Record<string, string>; start: () => Promise<unknown>; kill: () => unknown; remove: () => Promise<unknown> }

async function postgresql(): Promise<Part> {
  /* durable, as an operator has it */
  const part = await Cluster.create({ fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', autovacuum: 'on' });
  await part.sql('postgres', 'create database veza');
  return { settings: { DATABASE_URL: part.url('veza') }, start: () => part.start(), kill: () => { part.signal('SIGKILL'); return part.stop(); }, remove: () => part.remove() };
}

const makers: Record<string, () => Promise<Part>> = {
  postgresql,
  async redis() {
    const part = await new Redis().start();
    return { settings: { REDIS_URL: part.url }, start: () => part.start(), kill: () => part.signal('SIGKILL'), remove: () => part.remove() };
  },
  async rabbitmq() {
    const part = await new RabbitMQ().start();
    return { settings: { RABBITMQ_URL: part.address() }, start: () => part.start(), kill: () => part.signal('SIGKILL'), remove: () => part.remove() };
  },
  async s3() {
    const part = await new Swift().start();
    await part.makeBucket(BUCKET);
    return { settings: part.settings(BUCKET), start: () => part.start(), kill: () => part.signal('SIGKILL'), remove: () => part.remove() };
  },
  async clamd() {
    const part = await new Clamd().start();
    return { settings: { ENABLE_CLAMAV: 'true', CLAMAV_ADDRESS: part.socket }, start: () => part.start(), kill: () => part.signal('SIGKILL'), remove: () => part.remove() };
  },
};

const names = process.argv.slice(2);
const parts = new Map<string, Part>();
for (const name of names) parts.set(name, await makers[name]!()); /* one after the other: on few cores all at once take longer than each may */
say(Object.assign({}, ...[...parts.values()].map((part) => part.settings)));
for await (const line of createInterface({ input: process.stdin })) {
  const [what, name] = line.split(' ') as ['kill' | 'start', string];
  await parts.get(name)![what]();
  say({ done: line });
}
await Promise.all([...parts.values()].map((part) => part.remove()));
