import { describe, expect, it } from 'vitest';
import { blocksOf, inlineOf, type Inline } from './marked';

const text = (value: string): Inline => ({ type: 'text', text: value });

describe('marks within a line', () => {
  it.each<[string, Inline[]]>([
    ['plain', [text('plain')]],
    ['**loud** and *soft* and _soft_', [{ type: 'bold', children: [text('loud')] }, text(' and '), { type: 'italic', children: [text('soft')] }, text(' and '), { type: 'italic', children: [text('soft')] }]],
    ['**a *b* c**', [{ type: 'bold', children: [text('a '), { type: 'italic', children: [text('b')] }, text(' c')] }]],
    ['*a **b** c*', [{ type: 'italic', children: [text('a '), { type: 'bold', children: [text('b')] }, text(' c')] }]],
    ['run `a*b*c` now', [text('run '), { type: 'code', text: 'a*b*c' }, text(' now')]],
    ['the ||butler|| did it', [text('the '), { type: 'spoiler', children: [text('butler')] }, text(' did it')]],
    ['hi @bob_1, and x@y.z', [text('hi '), { type: 'mention', text: '@bob_1' }, text(', and x@y.z')]],
    ['a_snake_case and 2 * 3 * 4', [text('a_snake_case and 2 * 3 * 4')]],
    ['\\*not soft\\*', [text('*not soft*')]],
    ['see **https://veza.example/a_b_c**.', [text('see '), { type: 'bold', children: [{ type: 'link', url: 'https://veza.example/a_b_c', text: null }] }, text('.')]],
    ['[the stems](https://veza.example/s)', [{ type: 'link', url: 'https://veza.example/s', text: 'the stems' }]],
    ['[x](javascript:alert(1))', [text('[x](javascript:alert(1))')]],
    ['**open', [text('**open')]],
    ['<b>x</b>', [text('<b>x</b>')]],
  ])('%s', (typed, nodes) => expect(inlineOf(typed)).toEqual(nodes));

  it('keeps every letter of what is not closed, however much of it there is', () => {
    for (const typed of ['*'.repeat(4000), '**a '.repeat(1000), '||'.repeat(2000), '_a'.repeat(2000), '[a]('.repeat(1000), '`'.repeat(3999)]) {
      const letters = (nodes: Inline[]): number => nodes.reduce((sum, node) => sum + ('children' in node ? letters(node.children) : 'text' in node ? (node.text?.length ?? 0) : 0), 0);
      expect(letters(inlineOf(typed))).toBeGreaterThan(0);
    }
  });
});

describe('blocks', () => {
  it('are paragraphs, quotes, lists and code, in their order', () => {
    expect(blocksOf('Hello\nyou\n> said\n> he\n- one\n- *two*\n3. three\n```\nlet a = **1**;\n```\nbye')).toEqual([
      { type: 'paragraph', children: [text('Hello\nyou')] },
      { type: 'quote', blocks: [{ type: 'paragraph', children: [text('said\nhe')] }] },
      { type: 'list', start: null, items: [[text('one')], [{ type: 'italic', children: [text('two')] }]] },
      { type: 'list', start: 3, items: [[text('three')]] },
      { type: 'code', text: 'let a = **1**;' },
      { type: 'paragraph', children: [text('bye')] },
    ]);
  });

  it('of code end with the text where nobody ended them', () => expect(blocksOf('```c\nint main;')).toEqual([{ type: 'code', text: 'int main;' }]));

  it('stand in one another only so deep', () => expect(JSON.stringify(blocksOf('>'.repeat(200) + ' x')).length).toBeLessThan(1000));
});
