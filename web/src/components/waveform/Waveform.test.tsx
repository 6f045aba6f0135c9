import { act, fireEvent, render, screen } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { Waveform } from './Waveform';

const clock = {
  position: 83,
  duration: 225,
  bufferedEnd: 100,
  listener: () => undefined as void,
  subscribe(listener: () => void) {
    clock.listener = listener;
    return () => undefined;
  },
};
const onSeek = vi.fn();

beforeEach(() => {
  onSeek.mockClear();
  clock.position = 83;
  /* jsdom lays nothing out and draws nothing */
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
  vi.stubGlobal('ResizeObserver', class { observe() {} disconnect() {} unobserve() {} });
  vi.stubGlobal('Path2D', class { roundRect() {} });
  render(<Waveform waveform={undefined} seed="x" clock={clock} onSeek={onSeek} label="Position in Low Tide" />);
});

const slider = () => screen.getByRole('slider', { name: 'Position in Low Tide' });

describe('the waveform as a slider', () => {
  it('says where it is in words', () => {
    expect(slider()).toHaveAttribute('aria-valuetext', '1:23 of 3:45');
    expect(slider()).toHaveAttribute('aria-valuenow', '83');
    expect(slider()).toHaveAttribute('aria-valuemax', '225');
  });

  it('follows the clock', () => {
    clock.position = 90.4;
    act(() => clock.listener());
    expect(slider()).toHaveAttribute('aria-valuetext', '1:30 of 3:45');
  });

  it.each([
    ['ArrowRight', 88],
    ['ArrowLeft', 78],
    ['ArrowUp', 88],
    ['PageUp', 105.5],
    ['PageDown', 60.5],
    ['Home', 0],
    ['End', 225],
  ])('%s seeks to %d seconds', (key, seconds) => {
    fireEvent.keyDown(slider(), { key });
    expect(onSeek).toHaveBeenCalledExactlyOnceWith(seconds, true);
  });

  it('stays within the track', () => {
    clock.position = 2;
    fireEvent.keyDown(slider(), { key: 'ArrowLeft' });
    expect(onSeek).toHaveBeenCalledWith(0, true);
  });

  it('leaves keys with a modifier to the page', () => {
    fireEvent.keyDown(slider(), { key: 'ArrowRight', shiftKey: true });
    expect(onSeek).not.toHaveBeenCalled();
  });
});
