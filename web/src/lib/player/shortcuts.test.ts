import { afterEach, describe, expect, it } from 'vitest';
import { shortcutFor, type KeyLike } from './shortcuts';

const press = (key: string, html = '<p></p>', over: Partial<KeyLike> = {}) => {
  document.body.innerHTML = html;
  const target = document.body.firstElementChild;
  return shortcutFor({ key, shiftKey: false, ctrlKey: false, altKey: false, metaKey: false, defaultPrevented: false, target, ...over });
};

afterEach(() => {
  document.body.innerHTML = '';
});

describe('the keys of the player', () => {
  it.each([
    [' ', 'toggle'],
    ['ArrowLeft', 'back'],
    ['ArrowRight', 'forward'],
    ['ArrowUp', 'louder'],
    ['ArrowDown', 'quieter'],
    ['m', 'mute'],
    ['q', 'queue'],
    ['l', 'queue'],
    ['x', null],
  ])('%j means %s', (key, meaning) => {
    expect(press(key)).toBe(meaning);
  });

  it('shift and an arrow change the track', () => {
    expect(press('ArrowRight', undefined, { shiftKey: true })).toBe('next');
    expect(press('ArrowLeft', undefined, { shiftKey: true })).toBe('previous');
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
