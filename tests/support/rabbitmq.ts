/** A real RabbitMQ: a private node with an epmd of its own, in a folder of its own. Its vhost, user and password have characters that an address encodes. */
import { execFile, spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import amqp, { type Channel, type ChannelModel, type ConsumeMessage } from 'amqplib';
import { freePorts, signalProcess } from './process.ts';
import { Hopeless, until } from './wait.ts';

const run = promisify(execFile);
const PROGRAMS = '/usr/lib/rabbitmq/bin';
const USER = 'veza', PASSWORD = 'p@ss:w/rd%', VHOST = 'music/one';

export class RabbitMQ {
  private epmd: ChildProcess | undefined;
  private process: ChildProcess | undefined;
  private ports: number[] = []; /* AMQP, distribution, epmd */
  readonly folder = mkdtempSync(path.join(tmpdir(), 'veza-rabbitmq-'));

  /** Lines of rabbitmq.conf, such as "consumer_timeout = 1000". `at`: its address in a network that the words of the command `inside` enter. */
  constructor(private readonly lines: readonly string[] = [], private readonly inside: readonly string[] = [], private readonly at = '127.0.0.1') {}

  /** With another password, or another vhost, or by another way. */
  address(password = PASSWORD, vhost = VHOST, host = this.at, port = this.ports[0]): string {
    return `amqp://${USER}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(vhost)}`;
  }

  get port(): number {
    return this.ports[0]!;
  }

  private get env(): Record<string, string> {
    return {
      HOME: this.folder, PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8', RABBITMQ_NODENAME: 'veza@localhost', RABBITMQ_NODE_IP_ADDRESS: this.at,
      RABBITMQ_NODE_PORT: String(this.ports[0]), RABBITMQ_DIST_PORT: String(this.ports[1]), ERL_EPMD_ADDRESS: '127.0.0.1', ERL_EPMD_PORT: String(this.ports[2]),
      RABBITMQ_MNESIA_BASE: path.join(this.folder, 'mnesia'), RABBITMQ_LOG_BASE: path.join(this.folder, 'log'), RABBITMQ_PID_FILE: path.join(this.folder, 'pid'),
      RABBITMQ_CONFIG_FILE: path.join(this.folder, 'rabbitmq'), RABBITMQ_ADVANCED_CONFIG_FILE: path.join(this.folder, 'advanced.config'),
      RABBITMQ_ENABLED_PLUGINS_FILE: path.join(this.folder, 'plugins'), ERL_CRASH_DUMP: path.join(this.folder, 'crash.dump'),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 -kernel inet_dist_use_interface {127,0,0,1}',
      RABBITMQ_ALLOW_INPUT: '1', /* the script becomes the node, signals reach it, and it ends with its input */
    };
  }

  private configure(): void {
    mkdirSync(path.join(this.folder, 'log'));
    writeFileSync(path.join(this.folder, 'plugins'), '[].\n');
    writeFileSync(path.join(this.folder, 'advanced.config'), '[{rabbit, [{channel_tick_interval, 500}]}].\n');
    writeFileSync(path.join(this.folder, 'rabbitmq.conf'), [`default_user = ${USER}`, `default_pass = ${PASSWORD}`, `default_vhost = ${VHOST}`, 'log.console = false',
      'log.file.level = warning', 'vm_memory_high_watermark.absolute = 512MB', 'disk_free_limit.absolute = 10MB', ...this.lines, ''].join('\n'));
  }

  private spawn(words: string[], options: SpawnOptions): ChildProcess {
    const [command, ...rest] = [...this.inside, 'setpriv', '--pdeathsig', 'KILL', ...words];
    return spawn(command!, rest, options);
  }

  private listens(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.port, this.at, () => { socket.destroy(); resolve(true); });
      socket.once('error', () => resolve(false));
    });
  }

  /** Starts it, or starts it again with what it held. */
  async start(): Promise<this> {
    if (!this.ports.length) {
      this.ports = await freePorts(3);
      this.configure();
      this.epmd = this.spawn(['epmd', '-address', '127.0.0.1', '-port', String(this.ports[2])], { stdio: 'ignore' });
    }
    const log = openSync(path.join(this.folder, 'log', 'out'), 'a');
    const server = this.spawn([path.join(PROGRAMS, 'rabbitmq-server')], { stdio: ['pipe', log, log], env: this.env, cwd: this.folder });
    this.process = server;
    await until('RabbitMQ to listen', () => {
      if (server.exitCode !== null) throw new Hopeless(`RabbitMQ ended with ${server.exitCode}: ${readFileSync(path.join(this.folder, 'log', 'out'), 'utf8').slice(-1000)}`);
      return this.listens();
    }, 180);
    return this;
  }

  /** rabbitmqctl, which takes a second. */
  async control(...words: string[]): Promise<string> {
    return (await run(path.join(PROGRAMS, 'rabbitmqctl'), ['-q', ...words], { env: this.env, cwd: this.folder })).stdout;
  }

  connect(): Promise<ChannelModel> {
    return amqp.connect(this.address());
  }

  /** Ends it and waits. SIGSTOP makes it hang instead; SIGCONT wakes it up. */
  signal(signal: NodeJS.Signals): Promise<void> {
    return signalProcess(this.process, signal);
  }

  async remove(): Promise<void> {
    await this.signal('SIGKILL');
    await signalProcess(this.epmd, 'SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Everything that an exchange was given since, with a durable queue, so that a restart of the broker loses nothing. */
export class Follower {
  readonly messages: ConsumeMessage[] = [];
  private connection: ChannelModel | undefined;

  constructor(private readonly rabbit: RabbitMQ, readonly queue: string, private readonly pattern = '#', private readonly options = {}) {}

  /** Opens the queue, or opens it again after the broker was away. */
  async listen(consume = true): Promise<Channel> {
    this.connection = await this.rabbit.connect();
    this.connection.on('error', () => { /* the broker is killed in tests */ });
    const channel = await this.connection.createChannel();
    await channel.assertExchange('veza.events', 'topic', { durable: true });
    await channel.assertQueue(this.queue, { durable: true, ...this.options });
    await channel.bindQueue(this.queue, 'veza.events', this.pattern);
    if (consume) await channel.consume(this.queue, (message) => {
      if (!message) return;
      this.messages.push(message);
      channel.ack(message);
    });
    return channel;
  }

  /** Ids of its messages, each once, in the order in which they came first. */
  get ids(): string[] {
    return [...new Set(this.messages.map((message) => message.properties.messageId as string))];
  }

  /** What came before something earlier of its key: the first copies of all are in order. */
  get disorder(): string[] {
    const last = new Map<string, number>(), seen = new Set<string>(), wrong: string[] = [];
    for (const { properties } of this.messages) {
      const { key, number } = properties.headers as { key?: string; number: number }, before = last.get(key!) ?? 0;
      if (!key || seen.has(properties.messageId as string)) continue;
      seen.add(properties.messageId as string);
      if (Number(number) <= before) wrong.push(`number ${number} of ${key} after ${before}`);
      last.set(key, Number(number));
    }
    return wrong;
  }

  async close(): Promise<void> {
    await this.connection?.close().catch(() => { /* it is gone already */ });
  }
}
