import { expect, it } from 'vitest';
import { droppedFiles } from './dropped';

const file = (name: string) => new File(['x'], name);
const fileEntry = (name: string) => ({ name, isFile: true, isDirectory: false, file: (found: (file: File) => void) => found(file(name)) });
/** Browsers give at most a hundred entries at once; here it is two. */
const folder = (name: string, entries: unknown[]) => ({
  name,
  isFile: false,
  isDirectory: true,
  createReader() {
    const left = [...entries];
    return { readEntries: (found: (some: unknown[]) => void) => found(left.splice(0, 2)) };
  },
});
const drop = (entries: { name: string }[], files: File[] = []) =>
  droppedFiles({ items: entries.map((entry) => ({ webkitGetAsEntry: () => entry })), files } as unknown as DataTransfer);
const names = (files: File[]) => files.map(({ name }) => name);

it('finds the files of a dropped folder and of those in it, in the order of their names, and no hidden ones', async () => {
  const album = folder('Album', [fileEntry('10 end.wav'), fileEntry('2 middle.wav'), fileEntry('.DS_Store'), folder('Bonus', [fileEntry('x.flac')]), fileEntry('cover.jpg')]);
  const { loose, inside } = await drop([fileEntry('single.wav'), album]);
  expect(names(loose)).toEqual(['single.wav']);
  expect(names(inside)).toEqual(['2 middle.wav', '10 end.wav', 'x.flac', 'cover.jpg']);
});

it('takes files as they come when there is no folder', async () => {
  expect(await drop([fileEntry('a.wav')], [file('a.wav')])).toMatchObject({ loose: [{ name: 'a.wav' }], inside: [] });
});

it('comes to an end in a folder without one', async () => {
  const endless: { name: string } = folder('again', []);
  Object.assign(endless, { createReader: () => { let given = false; return { readEntries: (found: (some: unknown[]) => void) => (found(given ? [] : [endless, fileEntry('a.wav')]), (given = true)) }; } });
  expect((await drop([endless])).inside.length).toBeLessThan(20);
});
