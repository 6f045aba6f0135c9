import { beforeEach, expect, it, vi } from 'vitest';

interface Options {
  signal: AbortSignal;
  onProgress: (sent: number) => void;
}
interface Going extends Options {
  end(): void;
  fail(): void;
}
const { going, takenBack } = vi.hoisted(() => ({ going: [] as Going[], takenBack: [] as string[] }));

vi.mock('@/lib/uploads/sendFile', () => ({
  sendFile: (_file: File, options: Options) =>
    new Promise<void>((resolve, reject) => {
      going.push({ ...options, end: resolve, fail: () => reject(new Error('no network')) });
      options.signal.addEventListener('abort', () => reject(new Error('aborted')));
    }),
  takePartBack: (file: File) => {
    takenBack.push(file.name);
    return Promise.resolve();
  },
}));

const { cancelVersion, sendVersion, useVersionUploads } = await import('./versionUpload');

const first = new File(['1'], 'first.wav'), second = new File(['22'], 'second.wav');
const state = () => useVersionUploads.getState().of['t1'];

beforeEach(() => {
  going.length = 0;
  takenBack.length = 0;
  useVersionUploads.setState({ of: {} });
});

it('a second file takes the place of the first, whose end changes nothing', async () => {
  const one = sendVersion('t1', first, '');
  const two = sendVersion('t1', second, 'Louder');
  await one;
  expect([going[0]?.signal.aborted, takenBack]).toEqual([true, ['first.wav']]);
  going[0]?.onProgress(1);
  going[1]?.onProgress(2);
  expect(state()).toMatchObject({ file: second, changelog: 'Louder', sent: 2, error: null });
  cancelVersion('t1');
  await two;
  expect([going[1]?.signal.aborted, state()]).toEqual([true, undefined]);
});

it('what failed can be sent again, and is not there any more once it has arrived', async () => {
  const one = sendVersion('t1', first, '');
  going[0]?.fail();
  await one;
  expect(state()?.error).toBeInstanceOf(Error);
  const again = sendVersion('t1', first, '');
  going[1]?.end();
  await again;
  expect([state(), takenBack]).toEqual([undefined, []]);
});
