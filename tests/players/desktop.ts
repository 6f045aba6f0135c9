/** A desktop without a screen: an X server, a session bus and a sound card that nobody hears but this, all in a folder of their own. Programs of
 * people are started in it as people start them, and everything that runs in it ends with it. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { wav, type Sound } from '../support/media.ts';
import { LOGS } from '../support/paths.ts';
import { signalProcess } from '../support/process.ts';
import { Hopeless, until } from '../support/wait.ts';
import { RATE, sounding } from './sound.ts';

const run = promisify(execFile);

/** Listens up to three times, until nothing is wrong: a busy machine makes sound wait, and what is wrong with a server is wrong each time. */
export async function listened(listen: () => Promise<string>): Promise<string> {
  let complaint = '';
  for (let i = 0; i < 3; i++) {
    complaint = await listen().catch(String);
    if (!complaint) break;
    console.log(`heard: ${complaint}`);
  }
  return complaint;
}

const CHANNELS = 2, FRAME = 2 * CHANNELS;

/** What the sound card plays, from `Desktop.record` on. */
export class Recording {
  /** `kept`: where a copy is kept, for whoever reads a failure. */
  constructor(private readonly child: ChildProcess, private readonly file: string, private readonly kept: string) {}

  get heard(): Sound {
    const bytes = readFileSync(this.file);
    return { sampleRate: RATE, channels: CHANNELS, samples: new Int16Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.length / FRAME) * CHANNELS) };
  }

  /** Waits for a sound, and then for a second of silence. */
  async toItsEnd(seconds: number): Promise<Sound> {
    await until('sound', () => sounding(this.heard), 30, 200);
    await until('the end of the sound', () => {
      const { heard } = this, sound = sounding(heard)!;
      return heard.samples.length / CHANNELS - sound.to > RATE;
    }, seconds, 200);
    return this.stop();
  }

  /** Waits until so much is recorded, be it sound or not. */
  async forSeconds(seconds: number): Promise<Sound> {
    await until(`${seconds} s of sound`, () => statSync(this.file).size > seconds * RATE * FRAME, seconds + 20, 100);
    return this.stop();
  }

  private async stop(): Promise<Sound> {
    await signalProcess(this.child, 'SIGTERM');
    const { heard } = this;
    writeFileSync(this.kept, wav(heard));
    return heard;
  }
}

export class Desktop {
  private readonly started: ChildProcess[] = [];
  private display = '';
  private recordings = 0;
  readonly home = mkdtempSync(path.join(tmpdir(), 'veza-desktop-'));

  private constructor(private readonly name: string) {}

  static async start(name: string): Promise<Desktop> {
    const desktop = new Desktop(name);
    try {
      await desktop.begin();
    } catch (error) {
      await desktop.end();
      throw error;
    }
    return desktop;
  }

  private at(...parts: string[]): string {
    return path.join(this.home, ...parts);
  }

  /** HOME is the mark by which `end` finds what belongs to this desktop. */
  private get env(): Record<string, string> {
    return {
      HOME: this.home, XDG_RUNTIME_DIR: this.at('run'), XDG_CONFIG_HOME: this.at('.config'), XDG_DATA_HOME: this.at('.local/share'), XDG_CACHE_HOME: this.at('.cache'),
      PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', TZ: 'UTC', DISPLAY: this.display, DBUS_SESSION_BUS_ADDRESS: `unix:path=${this.at('run/bus')}`, PULSE_SERVER: `unix:${this.at('run/sound')}`,
      QT_QPA_PLATFORM: 'xcb', NO_AT_BRIDGE: '1', GSETTINGS_BACKEND: 'memory', PYTHONUNBUFFERED: '1',
    };
  }

  log(program: string): string {
    return path.join(LOGS, `${this.name}-${program}.log`);
  }

  /** Starts a program, which ends with this process at the latest. */
  spawn(program: string, words: string[], more: Record<string, string> = {}): ChildProcess {
    const log = openSync(this.log(path.basename(program)), 'a');
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...words], { cwd: this.home, env: { ...this.env, ...more }, stdio: ['ignore', log, log] });
    closeSync(log);
    this.started.push(child);
    return child;
  }

  /** Runs a program to its end, as somebody who types it does. */
  async run(program: string, words: string[]): Promise<string> {
    return (await run(program, words, { cwd: this.home, env: this.env, timeout: 30_000, encoding: 'utf8', maxBuffer: 2 ** 26 })).stdout;
  }

  /** Writes a file of the person's: `name` from their home on. */
  write(name: string, content: string): void {
    mkdirSync(path.dirname(this.at(name)), { recursive: true });
    writeFileSync(this.at(name), content);
  }

  /** Rows of a database of SQLite that a program keeps. */
  async rows<T>(name: string, query: string): Promise<T[]> {
    return JSON.parse((await this.run('sqlite3', ['-json', '-readonly', this.at(name), query])) || '[]') as T[];
  }

  /** A call on the session bus; what comes back, as GVariant's text. */
  call(service: string, object: string, method: string, ...words: string[]): Promise<string> {
    return this.run('gdbus', ['call', '--session', '--dest', service, '--object-path', object, '--method', method, ...words]);
  }

  /** A player by MPRIS. */
  async property(player: string, name: string): Promise<string> {
    const said = await this.call(`org.mpris.MediaPlayer2.${player}`, '/org/mpris/MediaPlayer2', 'org.freedesktop.DBus.Properties.Get', 'org.mpris.MediaPlayer2.Player', name);
    return said.replace(/^\(<(?:int64 |')?(.*?)'?>,\)\n$/, '$1');
  }

  async click(x: number, y: number): Promise<void> {
    await this.run('xdotool', ['mousemove', String(x), String(y), 'click', '1']);
  }

  /** A picture of the screen, for whoever reads a failure. */
  async photograph(): Promise<string> {
    const file = path.join(LOGS, `${this.name}.png`);
    await this.run('ffmpeg', ['-v', 'error', '-y', '-f', 'x11grab', '-video_size', '1280x800', '-i', this.display, '-frames:v', '1', file]);
    return file;
  }

  /** Records what the sound card plays from now on. */
  async record(): Promise<Recording> {
    const file = this.at(`run/recording-${this.recordings++}`), out = openSync(file, 'w');
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'parec', '--device=ear.monitor', '--raw', '--format=s16le', `--rate=${RATE}`, `--channels=${CHANNELS}`, '--latency-msec=50'],
      { cwd: this.home, env: this.env, stdio: ['ignore', out, 'ignore'] });
    closeSync(out);
    this.started.push(child);
    await until('the recorder', () => statSync(file).size > 0);
    return new Recording(child, file, path.join(LOGS, `${this.name}-${this.recordings}.wav`));
  }

  private async begin(): Promise<void> {
    for (const folder of ['run', '.config', '.local/share', '.cache']) mkdirSync(this.at(folder), { recursive: true, mode: 0o700 });
    await this.beginDisplay();
    this.spawn('dbus-daemon', ['--session', '--nofork', '--nopidfile', `--address=unix:path=${this.at('run/bus')}`]);
    this.spawn('pulseaudio', ['-n', '--daemonize=no', '--use-pid-file=no', '--exit-idle-time=-1', '--disable-shm=yes', '--realtime=no', '--high-priority=no',
      '-L', `module-native-protocol-unix socket=${this.at('run/sound')} auth-anonymous=1`,
      '-L', `module-null-sink sink_name=ear format=s16le rate=${RATE} channels=${CHANNELS}`]);
    await until('the session bus', () => this.run('dbus-send', ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/', 'org.freedesktop.DBus.GetId']));
    await until('PulseAudio', () => this.run('pactl', ['info']));
  }

  /** It chooses a free number, and says it. */
  private async beginDisplay(): Promise<void> {
    const file = this.at('run/display'), said = openSync(file, 'w'), log = openSync(this.log('Xvfb'), 'a');
    const server = spawn('setpriv', ['--pdeathsig', 'KILL', 'Xvfb', '-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp', '-noreset'],
      { cwd: this.home, env: this.env, stdio: ['ignore', log, log, said] });
    this.started.push(server);
    this.display = await until('Xvfb', () => {
      if (server.exitCode !== null) throw new Hopeless(`Xvfb ended with ${server.exitCode}: ${readFileSync(this.log('Xvfb'), 'utf8').slice(-1000)}`);
      const number = readFileSync(file, 'utf8');
      return number.endsWith('\n') && `:${number.trim()}`;
    });
    closeSync(said);
    closeSync(log);
  }

  /** Processes that were started here by whomever, by what they were given; buses start more than we did. */
  private get left(): number[] {
    const mark = `HOME=${this.home}`;
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark);
      } catch {
        return false; /* it ended */
      }
    });
  }

  async end(): Promise<void> {
    for (const child of this.started.reverse()) await signalProcess(child, 'SIGKILL');
    await until('everything on the desktop to end', () => {
      const { left } = this;
      for (const pid of left) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch { /* it ended */ }
      }
      return left.length === 0;
    });
    rmSync(this.home, { recursive: true, force: true, maxRetries: 3 });
  }
}
