/** Debian's supysonic, a Subsonic server of somebody else: what the same client gets from it is compared with what it gets from Veza. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { freePorts } from './process.ts';
import { until } from './wait.ts';

export class Supysonic {
  private constructor(readonly url: string) {}

  /** With one person, alice, and these songs of Carol's album; it goes away after the file's tests. */
  static async start(password: string, album: string, songs: { title: string; genre: string; seconds: number }[]): Promise<Supysonic> {
    const folder = mkdtempSync(path.join(tmpdir(), 'veza-supysonic-')), music = path.join(folder, 'music', 'Carol', album);
    mkdirSync(music, { recursive: true });
    songs.forEach(({ title, genre, seconds }, n) => execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', `sine=${440 + n}:d=${seconds}`, '-metadata', `title=${title}`,
      '-metadata', 'artist=Carol', '-metadata', `album=${album}`, '-metadata', `genre=${genre}`, '-metadata', `track=${n + 1}`, path.join(music, `${n}.flac`)]));
    writeFileSync(path.join(folder, 'supysonic.conf'), `[base]\ndatabase_uri = sqlite:///${folder}/db.sqlite\n[webapp]\ncache_dir = ${folder}/cache\n[daemon]\nsocket = ${folder}/socket\n`);
    const options = { cwd: folder, env: { PATH: '/usr/bin:/bin', HOME: folder, LANG: 'C.UTF-8' }, stdio: ['ignore', 'ignore', 'ignore'] as ['ignore', 'ignore', 'ignore'] };
    for (const command of [['user', 'add', 'alice', '-p', password], ['folder', 'add', 'Library', path.join(folder, 'music')], ['folder', 'scan', 'Library']])
      execFileSync('supysonic-cli', command, options);
    const [port] = await freePorts(1);
    const server: ChildProcess = spawn('setpriv', ['--pdeathsig', 'TERM', 'supysonic-server', '--host', '127.0.0.1', '--port', String(port)], options);
    after(async () => {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      if (server.exitCode === null && server.kill('SIGTERM')) await gone;
      rmSync(folder, { recursive: true, force: true });
    });
    const url = `http://127.0.0.1:${port}`;
    await until('supysonic to answer', async () => (await fetch(`${url}/rest/ping.view`, { signal: AbortSignal.timeout(2000) })).ok, 60);
    return new Supysonic(url);
  }
}
