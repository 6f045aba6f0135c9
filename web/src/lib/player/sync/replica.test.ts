import { describe, expect, it } from 'vitest';
import { playerTrack } from '@/testing/fixtures';
import * as Q from '../queue';
import { sameContent } from './change';
import { FakeServer } from './fakeServer';
import { Replica, type Choice, type Copy, type Head, type Note, type World } from './replica';


/** Numbers of chance that are the same each time. */
function chance(seed: number) {
  let state = seed;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0; // mulberry32
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const pick = (length: number) => Math.floor(random() * length);
  return { random, pick, maybe: (share: number) => random() < share };
}

/** Time that goes on when told to, and what happens in it. */
class Time {
  now = 0;
  private readonly due: { at: number; work: () => void }[] = [];

  after(ms: number, work: () => void): void {
    this.due.push({ at: this.now + ms, work });
  }

  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    for (;;) {
      this.due.sort((a, b) => a.at - b.at);
      const next = this.due[0];
      if (!next || next.at > end) break;
      this.due.shift();
      this.now = next.at;
      next.work();
      await new Promise((done) => setImmediate(done));
    }
    this.now = end;
  }
}

/** How requests and messages of a device fare. */
interface Net {
  offline: boolean;
  /** Before the server, and after it. */
  loses(): 'nothing' | 'request' | 'answer';
  takesMs(): number;
}

const GOOD: Net = { offline: false, loses: () => 'nothing', takesMs: () => 20 };

/** A browser of the person: its player, its storage, and the replica of the page that is open. */
class Device {
  q: Q.Queue = Q.EMPTY_QUEUE;
  volume = 0.8;
  isPlaying = false;
  asked = 0;
  answers: Choice[] = [];
  asleep = false;
  /** A page was closed while it played, and nobody was told. */
  wentSilently = false;
  gave = false;
  net: Net = { ...GOOD };
  note: Note | null = null;
  wentOnTo: string | null = null;
  replica: Replica | null = null;
  private page = 0;
  private place = { position: 0, at: 0 };

  constructor(
    readonly time: Time,
    readonly server: FakeServer,
    private readonly who = 'alice',
  ) {}

  get position(): number {
    return this.place.position + (this.isPlaying ? (this.time.now - this.place.at) / 1000 : 0);
  }

  get look(): Copy {
    const { queue, order, index, shuffle, repeat } = this.q;
    return { queue, order, current: queue[index]?.key ?? null, shuffle, repeat, volume: Math.round(this.volume * 100) };
  }

  get titles(): string {
    return this.q.queue.map((entry) => entry.id).join(' ');
  }

  seek(position: number): void {
    this.place = { position, at: this.time.now };
  }

  /** As the store does it: another current track begins at its beginning. */
  change(work: (q: Q.Queue) => Q.Queue, play = false): void {
    const before = this.look.current;
    this.q = work(this.q);
    if (play) this.isPlaying = true;
    if (this.look.current === null) this.isPlaying = false;
    if (play || this.look.current !== before) this.seek(0);
  }

  toggle(): void {
    const { position } = this;
    if (this.look.current !== null) this.isPlaying = !this.isPlaying;
    this.seek(position);
  }

  /** Opens the page, or loads it anew: of what was there before, the copy and the note remain. */
  open(): void {
    const page = (this.page += 1);
    this.isPlaying = false;
    const gone = () => page !== this.page;
    const ask = <T>(work: () => T) =>
      new Promise<T>((done, fail) => {
        const loses = this.net.offline ? 'request' : this.net.loses();
        this.time.after(this.net.takesMs(), () => {
          if (gone() && loses !== 'nothing') return;
          if (loses === 'request') return fail(new Error('no network'));
          try {
            const answer = work();
            this.time.after(this.net.takesMs(), () => (loses === 'answer' || this.net.offline ? fail(new Error('no network')) : done(answer)));
          } catch (error) {
            this.time.after(this.net.takesMs(), () => fail(error as Error));
          }
        });
      });
    const world: World = {
      player: {
        look: () => this.look,
        state: () => ({ isPlaying: this.isPlaying, isBuffering: false, position: this.position, wentOnTo: this.wentOnTo }),
        gaveWay: () => {
          const { gave } = this;
          this.gave = false;
          return gave;
        },
        take: ({ queue, order, current, shuffle, repeat, volume }, position) => {
          const before = this.look.current;
          this.q = { queue, order, index: queue.findIndex((entry) => entry.key === current), shuffle, repeat };
          this.volume = volume / 100;
          if (this.isPlaying && current === before) return;
          if (current === null || queue.some((entry) => entry.key === before)) this.isPlaying = false;
          this.seek(position);
        },
        pause: () => {
          if (this.isPlaying) this.toggle();
        },
      },
      server: {
        head: () => ask(() => this.server.head),
        items: async (head) => {
          const entries = await ask(() => this.server.entries);
          return (await ask(() => this.server.version)) === head.version ? entries : null;
        },
        write: (change, version) => ask(() => this.server.write(change, version)),
      },
      choose: () => {
        this.asked += 1;
        return new Promise((done) => this.time.after(500, () => done(this.answers.shift() ?? 'mine')));
      },
      now: () => this.time.now,
      who: () => this.who,
      isOff: gone,
      note: { read: () => this.note, write: (note) => (this.note = note) },
      verdict: (error) => (error instanceof Error && (error.message === 'stale' || error.message === 'refused') ? error.message : null),
    };
    const replica = new Replica(world);
    this.replica = replica;
    const tick = () => {
      if (gone()) return;
      if (!this.asleep) void replica.step();
      this.time.after(1000, tick);
    };
    tick();
  }

  /** The page goes, with its last words. */
  close(arrives = true): void {
    const last = this.replica?.lastWords();
    this.page += 1;
    this.wentSilently ||= this.isPlaying && (!last || !arrives || this.net.offline || this.asleep);
    this.isPlaying = false;
    if (!last || !arrives || this.net.offline || this.asleep) return;
    this.time.after(this.net.takesMs(), () => {
      try {
        this.server.write(last.change, last.version);
      } catch {
        this.wentSilently = true; // nobody hears of it
      }
    });
  }

  hear(head: Head, others: boolean): void {
    if (this.asleep || this.net.offline) return;
    const { replica } = this;
    this.time.after(this.net.takesMs(), () => !this.asleep && !this.net.offline && replica === this.replica && replica?.heard(head, others));
  }
}

function house(count: number) {
  const time = new Time();
  const server = new FakeServer(() => time.now);
  const devices = Array.from({ length: count }, () => new Device(time, server));
  server.onChange = (head, others) => devices.forEach((device) => device.hear(head, others));
  return { time, server, devices };
}

/** As the browser's connection does when it comes back. */
function wake(device: Device): void {
  device.asleep = device.net.offline = false;
  device.replica?.doubt();
}

const ids = (copy: Pick<Copy, 'queue'>) => copy.queue.map((entry) => entry.id).join(' ');
const playAll = (...names: string[]) => (q: Q.Queue) => Q.replace(q, names.map((id) => playerTrack(id)), 0);

describe('the queue of a person with several devices', () => {
  it('is found on another device, with its place, and after a reload', async () => {
    const { time, server, devices } = house(2);
    const [one, two] = devices as [Device, Device];
    one.open();
    await time.pass(3000);
    one.change(playAll('a', 'b', 'c'), true);
    await time.pass(10_000);
    expect(ids(server.content)).toBe('a b c');
    expect(Math.abs(server.position - one.position)).toBeLessThan(1);
    one.toggle();
    await time.pass(2500);
    expect(server.head.is_playing).toBe(false);
    expect(Math.abs(server.position - one.position)).toBeLessThan(0.1);
    two.open();
    await time.pass(3000);
    expect([two.titles, two.look.current]).toEqual(['a b c', one.look.current]);
    expect(Math.abs(two.position - one.position)).toBeLessThan(0.1);
    two.close();
    two.open();
    await time.pass(3000);
    expect([two.titles, two.asked, one.asked]).toEqual(['a b c', 0, 0]);
  });

  it('tells the pause of a page that is closed, also when a change is under way', async () => {
    const { time, server, devices } = house(1);
    const [one] = devices as [Device];
    one.open();
    await time.pass(2000);
    one.change(playAll('a', 'b'), true);
    await time.pass(5000);
    one.change((q) => ({ ...q, repeat: 'all' }));
    for (let ms = 0; ms < 3000 && server.content.repeat === 'off'; ms += 5) await time.pass(5);
    one.close();
    await time.pass(1000);
    expect([server.head.is_playing, server.content.repeat]).toEqual([false, 'all']);
  });

  it('keeps what was chosen before the server answered, and while its items are read', async () => {
    const { time, server, devices } = house(2);
    const [one, two] = devices as [Device, Device];
    one.open();
    one.change((q) => ({ ...q, repeat: 'all' }));
    await time.pass(3000);
    expect(server.content.repeat).toBe('all');
    one.change(playAll('a', 'b', 'c'));
    await time.pass(5000);
    two.net.takesMs = () => 800;
    two.open();
    await time.pass(2500); // it has asked for the items
    two.change((q) => ({ ...q, repeat: 'one' }));
    await time.pass(10_000);
    expect([server.content.repeat, one.look.repeat, two.titles]).toEqual(['one', 'one', 'a b c']);
  });

  it('tells a pause although another device adds something at that moment', async () => {
    const { time, server, devices } = house(2);
    const [one, two] = devices as [Device, Device];
    one.open();
    two.open();
    await time.pass(2000);
    one.change(playAll('a', 'b'), true);
    await time.pass(6000);
    two.change((q) => Q.append(q, playerTrack('c')));
    for (let ms = 0; ms < 4000 && !ids(server.content).includes('c'); ms += 5) await time.pass(5);
    one.toggle();
    await time.pass(5000);
    expect([server.head.is_playing, one.titles, one.asked + two.asked]).toEqual([false, 'a b c', 0]);
    expect(Math.abs(server.position - one.position)).toBeLessThan(0.1);
  });

  it('goes on with the sound when another device goes on to another track, and follows that once it is paused', async () => {
    const { time, server, devices } = house(2);
    const [one, two] = devices as [Device, Device];
    one.open();
    two.open();
    await time.pass(2000);
    one.change(playAll('a', 'b', 'c'), true);
    await time.pass(5000);
    two.change((q) => ({ ...q, index: 2 }), true);
    const before = server.version;
    await time.pass(40_000);
    expect([one.isPlaying, two.isPlaying]).toEqual([true, true]);
    expect([one.q.queue[one.q.index]?.id, server.content.current]).toEqual(['a', two.look.current]);
    expect(server.version - before).toBeLessThan(6); // one tells, every 15 seconds; they do not take turns
    one.change((q) => Q.append(q, playerTrack('d')));
    await time.pass(4000);
    expect([two.titles, two.isPlaying]).toEqual(['a b c d', true]);
    one.toggle();
    await time.pass(3000);
    expect(one.look.current).toBe(two.look.current);
    expect(two.isPlaying).toBe(true);
  });

  it.each(['theirs', 'mine', 'later'] as const)('of a device that slept overwrites nothing: the person chooses (%s)', async (choice) => {
    const { time, server, devices } = house(2);
    const [one, two] = devices as [Device, Device];
    one.open();
    two.open();
    await time.pass(2000);
    one.change(playAll('a', 'b', 'c'));
    await time.pass(4000);
    one.net.offline = true;
    one.change((q) => Q.remove(q, q.queue[1]?.key ?? ''));
    await time.pass(3000);
    two.change(playAll('x', 'y'));
    await time.pass(3000);
    one.answers = [choice];
    wake(one);
    await time.pass(1200);
    expect(ids(server.content)).toBe('x y');
    await time.pass(30_000);
    expect(one.asked).toBe(1);
    expect([ids(server.content), one.titles, two.titles]).toEqual({ theirs: ['x y', 'x y', 'x y'], mine: ['a c', 'a c', 'a c'], later: ['x y', 'a c', 'x y'] }[choice]);
    if (choice !== 'later') return;
    one.answers = ['mine'];
    one.change((q) => Q.append(q, playerTrack('z')));
    await time.pass(10_000);
    expect([one.asked, ids(server.content), two.titles]).toEqual([2, 'a c z', 'a c z']);
  });

  it('asks nothing where an answer was lost, whatever was changed since', async () => {
    const { time, server, devices } = house(2);
    const [one, two] = devices as [Device, Device];
    one.open();
    two.open();
    await time.pass(2000);
    one.change(playAll('a', 'b', 'c'));
    await time.pass(4000);
    one.net.loses = () => 'answer';
    one.change((q) => Q.append({ ...q, repeat: 'all' }, playerTrack('d')));
    for (let ms = 0; ms < 4000 && !ids(server.content).includes('d'); ms += 5) await time.pass(5);
    one.change((q) => ({ ...Q.remove(q, q.queue[0]?.key ?? ''), repeat: 'off' as const }));
    await time.pass(3000);
    one.net.loses = () => 'nothing';
    wake(one);
    await time.pass(10_000);
    expect([ids(server.content), two.titles, one.asked, server.content.repeat]).toEqual(['b c d', 'b c d', 0, 'off']);
  });

  it('asks less and less often while changes get no answer, though the queue can be read', async () => {
    const { time, server, devices } = house(1);
    const [one] = devices as [Device];
    one.open();
    await time.pass(2000);
    let tries = 0;
    server.write = () => {
      tries += 1;
      throw new Error('no answer');
    };
    one.change(playAll('a', 'b', 'c'));
    await time.pass(60_000);
    expect(tries).toBeGreaterThan(3);
    expect(tries).toBeLessThan(9);
  });

  it('sends after a reload what could not be sent before it', async () => {
    const { time, server, devices } = house(1);
    const [one] = devices as [Device];
    one.open();
    await time.pass(2000);
    one.change(playAll('a', 'b', 'c'));
    await time.pass(4000);
    one.net.offline = true;
    one.change((q) => Q.remove(q, q.queue[1]?.key ?? ''));
    await time.pass(2000);
    one.close(false);
    one.net.offline = false;
    one.open();
    await time.pass(4000);
    expect([ids(server.content), one.asked]).toEqual(['a c', 0]);
  });

  it('of somebody else in the same browser is never written into one’s own', async () => {
    const { time, server, devices } = house(1);
    const [one] = devices as [Device];
    one.open();
    await time.pass(2000);
    one.change(playAll('a', 'b'));
    await time.pass(4000);
    const theirs = new FakeServer(() => time.now);
    const bob = new Device(time, theirs, 'bob');
    one.close();
    Object.assign(bob, { q: one.q, note: one.note, volume: one.volume });
    bob.open();
    await time.pass(5000);
    expect([bob.asked, ids(theirs.content), ids(server.content)]).toEqual([0, '', 'a b']);
  });

  it('of a visitor who signs in becomes theirs where there was none, and is asked about where there was one', async () => {
    for (const had of ['', 'x y']) {
      const { time, server, devices } = house(1);
      const [one] = devices as [Device];
      if (had) server.write({ kind: 'put', body: { items: [{ id: 'k1', track_id: 'x' }, { id: 'k2', track_id: 'y' }] } }, 0);
      one.change(playAll('a', 'b'));
      one.answers = ['theirs'];
      one.open();
      await time.pass(6000);
      expect([one.asked, ids(server.content), one.titles]).toEqual(had ? [1, 'x y', 'x y'] : [0, 'a b', 'a b']);
    }
  });

  it('has the place within a quarter of a second, however often one plays for a moment and loads the page anew', async () => {
    const { time, server, devices } = house(1);
    const [one] = devices as [Device];
    one.open();
    await time.pass(2000);
    one.change(playAll('a'));
    await time.pass(4000);
    for (let i = 0; i < 5; i += 1) {
      one.toggle();
      await time.pass(150);
      one.toggle();
      await time.pass(3000);
      expect(Math.abs(server.position - one.position)).toBeLessThan(0.25);
      one.close();
      one.open();
      await time.pass(3000);
    }
    expect(one.position).toBeCloseTo(0.75);
  });

  it('is the same everywhere in the end, with everything that was added and not removed, whatever happens in between', async () => {
    for (let seed = 1; seed <= 150; seed += 1) await disturb(seed);
  }, 60_000);
});

/** Hours of several devices with bad networks. Where both of two changed which tracks there are, one is asked; so the answers say which tracks may be gone. */
async function disturb(seed: number): Promise<void> {
  const { random, pick, maybe } = chance(seed);
  const { time, server, devices } = house(2 + pick(2));
  const bad: Net = { offline: false, loses: () => (maybe(0.9) ? 'nothing' : maybe(0.5) ? 'request' : 'answer'), takesMs: () => 5 + pick(maybe(0.1) ? 4000 : 300) };
  let names = 0;
  /** By the name of a track: the devices on which it was ever in the queue of the person who then removed it, or chose another queue. */
  const given = new Set<string>();
  const mayBeGone = new Set<string>();
  const taken = (device: Device, work: () => void) => {
    const before = device.titles.split(' ');
    work();
    const after = new Set(device.titles.split(' '));
    for (const name of before) if (!after.has(name)) mayBeGone.add(name);
  };
  const fresh = () => {
    const name = `t${(names += 1)}`;
    given.add(name);
    return playerTrack(name);
  };
  const acts: ((device: Device) => void)[] = [
    (device) => device.change((q) => Q.append(q, fresh())),
    (device) => device.change((q) => Q.insertNext(q, fresh())),
    (device) => device.change((q) => Q.playNow(q, fresh(), []), true),
    (device) => taken(device, () => device.change((q) => Q.remove(q, q.queue[pick(q.queue.length)]?.key ?? ''))),
    (device) => device.change((q) => Q.move(q, pick(q.queue.length), pick(q.queue.length))),
    (device) => device.change((q) => Q.setShuffle(q, !q.shuffle, random)),
    (device) => device.change((q) => (q.queue.length ? { ...q, index: pick(q.queue.length) } : q), device.q.queue.length > 0),
    (device) => device.change((q) => ({ ...q, repeat: (['off', 'all', 'one'] as const)[pick(3)] ?? 'off' })),
    (device) => (device.volume = pick(101) / 100),
    (device) => device.toggle(),
    (device) => device.look.current && device.seek(pick(90)),
    (device) => {
      const index = Q.following(device.q, true);
      if (!device.isPlaying || index < 0) return;
      device.change((q) => ({ ...q, index }));
      device.wentOnTo = device.look.current;
    },
    (device) => (device.net.offline = true),
    (device) => (device.asleep = true),
    wake,
    wake,
    (device) => {
      device.close(maybe(0.5));
      device.open();
    },
  ];
  for (const device of devices) {
    device.net = { ...bad };
    device.open();
  }
  for (let n = 0; n < 60; n += 1) {
    const device = devices[pick(devices.length)] as Device;
    if (device.asked > 0) for (const name of [...given]) mayBeGone.add(name); // somebody chose: from here on only that all agree is promised
    device.answers = [maybe(0.5) ? 'mine' : 'theirs'];
    (acts[pick(acts.length)] as (typeof acts)[number])(device);
    await time.pass(pick(maybe(0.2) ? 30_000 : 2500));
  }
  for (const device of devices) {
    device.net = { ...GOOD };
    device.answers = [];
    if (device.isPlaying) device.toggle();
    wake(device);
  }
  await time.pass(120_000);
  const isSilent = server.content.current === null || devices.some((device) => device.wentSilently);
  const asked = devices.reduce((sum, device) => sum + device.asked, 0);
  for (const device of devices) {
    const where = `seed ${seed}, device ${devices.indexOf(device)}`;
    expect(ids(device.look), where).toBe(ids(server.content));
    expect(sameContent(device.look, { ...server.content, ...server.entries }), `${where}: ${JSON.stringify([device.look.current, device.look.repeat, device.look.volume, server.head])}`).toBe(true);
    if (!isSilent) expect(Math.abs(device.position - server.position), `${where}: place`).toBeLessThan(0.25);
  }
  if (asked === 0) for (const name of given) if (!mayBeGone.has(name)) expect(ids(server.content).split(' '), `seed ${seed}: kept`).toContain(name);
  if (!isSilent) expect(server.head.is_playing, `seed ${seed}: nobody plays`).toBe(false);
}
