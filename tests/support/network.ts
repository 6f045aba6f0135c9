/** Machines of a network that exists for a test only: network namespaces at a bridge, with addresses of a private range that nothing else uses. As root. */
import { execFileSync } from 'node:child_process';

const ip = (...words: string[]) => execFileSync('/usr/sbin/ip', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

export class Machine {
  constructor(readonly name: string, readonly namespace: string, readonly address: string) {}

  /** The words before a command that is to run on it. */
  get inside(): string[] {
    return ['/usr/sbin/ip', 'netns', 'exec', this.namespace];
  }

  private nft(rules: string): void {
    execFileSync('/usr/sbin/ip', ['netns', 'exec', this.namespace, 'nft', '-f', '-'], { input: rules, stdio: ['pipe', 'ignore', 'pipe'] });
  }

  /** Drops so many percent of what passes between it and `address`, perhaps of one port only. 100 is a cut. */
  lose(percent: number, address: string, port?: number): void {
    const some = percent < 100 ? `numgen random mod 100 < ${percent} ` : '';
    this.nft(`add table inet faults
      add chain inet faults in { type filter hook input priority 0; }
      add chain inet faults out { type filter hook output priority 0; }
      add rule inet faults in ip saddr ${address} ${port ? `tcp sport ${port} ` : ''}${some}drop
      add rule inet faults out ip daddr ${address} ${port ? `tcp dport ${port} ` : ''}${some}drop\n`);
  }

  heal(): void {
    this.nft('add table inet faults\ndelete table inet faults\n');
  }
}

export class Network {
  private machines: Machine[] = [];

  private constructor(private tag: string, private range: string) {}

  /** Takes the first range that no address of this machine is of. */
  static make(): Network {
    const used = ip('-br', '-4', 'addr');
    const number = Array.from({ length: 200 }, (_, i) => i + 20).find((n) => !used.includes(`10.213.${n}.`));
    if (!number) throw new Error('no range of 10.213.0.0/16 is free');
    const network = new Network(`vz${process.pid}`, `10.213.${number}`);
    ip('link', 'add', network.bridge, 'type', 'bridge');
    ip('addr', 'add', `${network.address}/24`, 'dev', network.bridge);
    ip('link', 'set', network.bridge, 'up');
    return network;
  }

  private get bridge(): string {
    return `${this.tag}-br`;
  }

  /** Ours, at the bridge. */
  get address(): string {
    return `${this.range}.254`;
  }

  add(name: string): Machine {
    const number = this.machines.length + 1, machine = new Machine(name, `${this.tag}-${name}`, `${this.range}.${number}`);
    const [outer, inner] = [`${this.tag}o${number}`, `${this.tag}i${number}`];
    ip('netns', 'add', machine.namespace);
    this.machines.push(machine);
    ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', machine.namespace);
    ip('link', 'set', outer, 'master', this.bridge, 'up');
    for (const words of [['addr', 'add', `${machine.address}/24`, 'dev', inner], ['link', 'set', inner, 'up'], ['link', 'set', 'lo', 'up']]) ip('-n', machine.namespace, ...words);
    return machine;
  }

  /** All of it, whatever is there. */
  remove(): void {
    for (const words of [...this.machines.map(({ namespace }) => ['netns', 'del', namespace]), ['link', 'del', this.bridge]]) {
      try {
        ip(...words);
      } catch (error) {
        console.log(`# ${words.join(' ')}: ${String(error)}`);
      }
    }
    this.machines = [];
  }
}
