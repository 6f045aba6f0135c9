/** Looks at a page as everybody sees it: narrow and wide, dark and light, without a mistake in the console. */
import { strict as assert } from 'node:assert';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { full, isFull } from '../../support/level.ts';
import { ROOT } from '../../support/paths.ts';
import type { Person } from '../../support/world.ts';
import { settled, type Eye, type Theme } from './browser.ts';
import { SHOTS } from './places.ts';
import type { Stage } from './stage.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export interface View {
  name: string;
  path: string;
  who: Person | null;
  /** What to do before looking. */
  first?: (eye: Eye) => Promise<void>;
  /** The picture is of what is in sight only, for what floats over the page. */
  inSight?: boolean;
  /** Complaints of the browser that belong to it. */
  expected?: RegExp[];
  /** In a browser context of its own, since it ends the session or changes what the browser keeps. */
  alone?: boolean;
  /** Of the full level: a state of a page that is looked at in others. */
  full?: boolean;
}

/** The rules that colours decide: all that another theme of the same page can break. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block'];

/** What axe has against the page, in words. */
export async function complaintsOfAxe(page: Page, rules?: string[]): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async (rules) => {
    interface Result { violations: { id: string; help: string; nodes: { target: unknown[]; failureSummary?: string }[] }[] }
    const { axe } = window as unknown as { axe: { run(where: Document, options: object): Promise<Result> } };
    const { violations } = await axe.run(document, { resultTypes: ['violations'], ...(rules ? { runOnly: { type: 'rule', values: rules } } : {}) });
    return violations.flatMap((one) => one.nodes.slice(0, 3).map((node) => `${one.id}: ${one.help} (${String(node.target)}) ${node.failureSummary?.split('\n').at(-1)?.trim() ?? ''}`));
  }, rules);
}

/** Elements that reach beyond the right edge, when the page can be scrolled sideways. */
export const overflow = (page: Page) => page.evaluate(() => {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const wide = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > clientWidth + 1);
  return [`${scrollWidth} instead of ${clientWidth} px`, ...wide.slice(0, 5).map((element) => `${element.tagName}.${element.getAttribute('class') ?? ''}`)];
});

/** The first part of every key: `common.close` is in common/common.json. */
const NAMES = readdirSync(path.join(ROOT, 'web/src/locales/en'), { recursive: true, encoding: 'utf8' }).flatMap((file) => (file.endsWith('.json') ? [path.basename(file, '.json')] : []));

/** Keys that are shown or read out in the place of their texts, because no page has loaded these. */
export const rawKeys = (page: Page) => page.evaluate((names) => {
  const pattern = new RegExp(`(^|\\s)(${names.join('|')})\\.[a-z_]+(\\.[a-z_]+)*($|\\s)`);
  const said = [...document.querySelectorAll('body *:not(script, style)')].flatMap((element) => [
    ...[...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE).map((node) => node.nodeValue),
    ...['aria-label', 'aria-valuetext', 'title', 'placeholder', 'alt'].map((name) => element.getAttribute(name)),
  ]);
  return [document.title, ...said].filter((text) => text !== null && pattern.test(text));
}, NAMES);

/** Nothing moves any more: entrances are over, what loops is where it begins. */
const still = (page: Page) => page.evaluate(() => Promise.all(document.getAnimations().map((animation) => {
  if (animation.effect?.getComputedTiming().iterations === Infinity) return animation.cancel(); /* its `finished` is now a new promise that never settles */
  animation.finish();
  return animation.finished.catch(() => undefined);
})).then(() => true));

/** The short level sees every page once: on a phone, which leaves least room, in the theme that is the default. */
const WIDTHS = isFull ? [1280, 360] : [360];
const THEMES: Theme[] = isFull ? ['dark', 'light'] : ['dark'];

function look(stage: Stage, view: View): void {
  (view.full ? full : test)(`${view.name}: no complaint of axe or of the browser, no text missing, nothing beyond the edge, ${isFull ? 'narrow and wide, dark and light' : 'narrow and dark'}`, async () => {
    const wrong: string[] = [];
    for (const width of WIDTHS) {
      await stage.visit(view.who, async (eye) => {
        const { page } = eye;
        await page.goto(view.path);
        await settled(eye);
        await view.first?.(eye);
        await settled(eye);
        for (const theme of THEMES) {
          await page.evaluate((theme) => { document.documentElement.dataset['theme'] = theme; }, theme);
          await still(page);
          const where = `${view.name} ${width} ${theme}`;
          if (isFull) await page.screenshot({ path: path.join(SHOTS, `${where.replaceAll(' ', '-')}.png`), fullPage: !view.inSight });
          wrong.push(...(await complaintsOfAxe(page, theme === 'dark' ? undefined : OF_COLOURS)).map((one) => `${where}: ${one}`));
          wrong.push(...(await rawKeys(page)).map((one) => `${where}: a key instead of a text: ${one}`));
          wrong.push(...(await overflow(page)).map((one) => `${where}: too wide: ${one}`));
        }
      }, { width, height: width < 600 ? 720 : 800, expected: view.expected ?? (view.name === 'missing' ? [/status of 404/] : []), ...(view.alone ? {} : { kept: `${view.who ?? 'a guest'} at ${stage.base}, ${width} px` }) });
    }
    assert.deepEqual(wrong, []);
  });
}

export function lookAt(stage: Stage, views: readonly View[]): void {
  for (const view of views) look(stage, view);
}
