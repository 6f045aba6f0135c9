/** Lighthouse in a Chromium of its own: its mobile preset, with simulated throttling. Also for bench/lib/pages.py: `node --import tsx lighthouse.ts ADDRESS...`
 * prints a line of JSON for each address. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import lighthouse from 'lighthouse';
import { chromium } from 'playwright-core';
import { CHROMIUM } from './places.ts';

export interface Judgement {
  /** 0 to 100, by category. */
  scores: Record<string, number>;
  /** What cost points outside of performance. */
  wrong: string[];
  performance: { score: number; bytes: number; requests: number; scriptBytes: number; mainThreadMs: number; firstPaintMs: number; largestPaintMs: number; shift: number };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** On a busy machine Chromium now and then hands out a trace without the beginning of the page; Lighthouse says itself to run it again. */
export async function judge(address: string, more = 2): Promise<Judgement> {
  const judgement = await judgeOnce(address);
  if (typeof judgement !== 'string') return judgement;
  if (more && judgement === 'NO_NAVSTART') return judge(address, more - 1);
  throw new Error(`Lighthouse: ${judgement}`);
}

/** Or the code of what went wrong with Lighthouse itself. */
async function judgeOnce(address: string): Promise<Judgement | string> {
  const port = await freePort(), profile = mkdtempSync(path.join(tmpdir(), 'veza-lighthouse-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM, headless: true, args: ['--no-sandbox', '--disable-gpu', `--remote-debugging-port=${port}`, '--disable-background-networking', '--disable-component-update'],
  });
  try {
    const result = await lighthouse(address, { port, hostname: '127.0.0.1', output: 'json', logLevel: 'error', formFactor: 'mobile', throttlingMethod: 'simulate',
      onlyCategories: ['performance', 'accessibility', 'best-practices', 'seo'] });
    if (!result || result.lhr.runtimeError) return result?.lhr.runtimeError?.code ?? 'no result';
    const { categories, audits } = result.lhr;
    const number = (name: string) => Math.round(audits[name]?.numericValue ?? NaN);
    const requests = (audits['network-requests']?.details as unknown as { items: { transferSize: number; resourceType: string }[] }).items;
    return {
      scores: Object.fromEntries(Object.entries(categories).map(([name, { score }]) => [name, Math.round((score ?? 0) * 100)])),
      wrong: Object.entries(categories).filter(([name]) => name !== 'performance').flatMap(([, { auditRefs }]) => auditRefs)
        .filter(({ id, weight }) => weight > 0 && audits[id]!.score !== null && audits[id]!.score < 1)
        .map(({ id }) => `${id}: ${JSON.stringify((audits[id]!.details as { items?: unknown[] } | undefined)?.items ?? audits[id]!.title).slice(0, 400)}`),
      performance: {
        score: Math.round((categories['performance']?.score ?? 0) * 100), bytes: requests.reduce((sum, one) => sum + one.transferSize, 0), requests: requests.length,
        scriptBytes: requests.filter((one) => one.resourceType === 'Script').reduce((sum, one) => sum + one.transferSize, 0), mainThreadMs: number('mainthread-work-breakdown'),
        firstPaintMs: number('first-contentful-paint'), largestPaintMs: number('largest-contentful-paint'), shift: audits['cumulative-layout-shift']?.numericValue ?? NaN,
      },
    };
  } finally {
    await browser.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) for (const address of process.argv.slice(2)) console.log(JSON.stringify({ address, ...(await judge(address)) }));
