/* Files that were dropped, also those within folders. */

const DEPTH_MAX = 8;
const FILES_MAX = 1000;

const fileOf = (entry: FileSystemFileEntry) => new Promise<File | null>((resolve) => entry.file(resolve, () => resolve(null)));

/** A directory is read in pieces, until one is empty. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (some.length === 0) return all.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    all.push(...some);
  }
}

async function walk(entry: FileSystemEntry, depth: number, found: File[]): Promise<void> {
  if (found.length >= FILES_MAX || entry.name.startsWith('.')) return;
  if (entry.isFile) {
    const file = await fileOf(entry as FileSystemFileEntry);
    if (file) found.push(file);
  } else if (depth < DEPTH_MAX) {
    for (const inner of await entriesOf(entry as FileSystemDirectoryEntry)) await walk(inner, depth + 1, found);
  }
}

/** `loose` were dropped themselves; `inside` lay in folders, where other things than music are expected. */
export async function droppedFiles(data: DataTransfer): Promise<{ loose: File[]; inside: File[] }> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.() ?? null); /* before the first pause: the list is emptied then */
  const files = [...data.files];
  const folders = entries.filter((entry) => entry?.isDirectory);
  if (folders.length === 0) return { loose: files, inside: [] };
  const loose: File[] = [], inside: File[] = [];
  for (const entry of entries) if (entry) await walk(entry, 0, entry.isDirectory ? inside : loose);
  return { loose, inside };
}
