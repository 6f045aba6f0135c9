import { afterEach, describe, expect, it } from 'vitest';
import { shortcutFor, SHORTCUTS, type KeyLike } from './shortcuts';

const press = (key: string, html = '<p></p>', over: Partial<KeyLike> = {}, single = true) => {
  document.body.innerHTML = html;
  const target = document.body.firstElementChild;
  return shortcutFor({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, defaultPrevented: false, target, ...over }, single);
};

afterEach(() => {
  document.body.innerHTML = '';
});

describe('the keys of the player', () => {
  it.each([
    [' ', 'toggle'],
    ['ArrowLeft', 'back'],
    ['ArrowRight', 'forward'],
    ['ArrowUp', null],
    ['ArrowDown', null],
    ['/', 'search'],
    ['?', 'help'],
    ['m', 'mute'],
    ['q', 'queue'],
    ['l', 'queue'],
    ['x', null],
  ])('%j means %s', (key, meaning) => {
    expect(press(key)).toBe(meaning);
  });

  it.each([
    ['ArrowRight', 'next'],
    ['ArrowLeft', 'previous'],
    ['ArrowUp', 'louder'],
    ['ArrowDown', 'quieter'],
    ['?', 'help'],
    ['/', 'search'],
    ['M', null],
  ])('shift and %s mean %s', (key, meaning) => {
    expect(press(key, undefined, { shiftKey: true })).toBe(meaning);
  });

  it('shift and an arrow extend what is selected, once something is', () => {
    document.body.innerHTML = '<p>words</p>';
    document.getSelection()?.selectAllChildren(document.body.firstElementChild as Element);
    const target = document.body.firstElementChild;
    const event = { key: 'ArrowUp', shiftKey: true, ctrlKey: false, altKey: false, metaKey: false, defaultPrevented: false, target };
    expect(shortcutFor(event, true)).toBeNull();
    document.getSelection()?.removeAllRanges();
    expect(shortcutFor(event, true)).toBe('louder');
  });

  it('every key that is pressed alone can be switched off, and no other', () => {
    for (const { does, keys } of SHORTCUTS) {
      for (const { key, shift, command } of keys) {
        const over = { shiftKey: shift === true, ctrlKey: command === true };
        expect(press(key, undefined, over)).toBe(does);
        expect(press(key, undefined, over, false)).toBe(shift || command ? does : null);
      }
    }
  });

  it('search opens by control and K even while one types', () => {
    expect(press('k', '<input>', { ctrlKey: true })).toBe('search');
    expect(press('k', '<input>', { metaKey: true })).toBe('search');
  });

  it.each(['<input>', '<textarea></textarea>', '<div contenteditable="true"></div>', '<select></select>'])('typing in %s is typing', (html) => {
    for (const key of [' ', 'm', 'q', 'ArrowLeft']) expect(press(key, html)).toBeNull();
  });

  it('space presses the button that has the focus', () => {
    expect(press(' ', '<button></button>')).toBeNull();
    expect(press('m', '<button></button>')).toBe('mute');
  });

  it('arrows stay in sliders and menus', () => {
    expect(press('ArrowRight', '<div role="slider"></div>')).toBeNull();
    expect(press('ArrowDown', '<div role="menu"></div>')).toBeNull();
  });

  it('keys of the browser and keys that were used already are not ours', () => {
    expect(press('q', undefined, { ctrlKey: true })).toBeNull();
    expect(press('l', undefined, { metaKey: true })).toBeNull();
    expect(press(' ', undefined, { defaultPrevented: true })).toBeNull();
  });
});
