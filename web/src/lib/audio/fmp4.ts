/* The last AAC frame of a track.
 *
 * A muxer may give the last sample only the duration of its real samples. A browser then decodes the whole frame and
 * plays the padding too, since nothing tells it to cut: some milliseconds of almost-silence before the next track. Given
 * its full duration, the frame reaches over the end of the append window, and the browser cuts it there to the sample. */

const HEADER = 8;
const TRUN_DATA_OFFSET = 0x1;
const TRUN_FIRST_FLAGS = 0x4;
const TRUN_DURATION = 0x100;
const TRUN_FIELDS = [0x100, 0x200, 0x400, 0x800];
const TFHD_BASE_OFFSET = 0x1;
const TFHD_DESCRIPTION = 0x2;
const TFHD_DURATION = 0x8;

interface Box {
  start: number;
  end: number;
}

function boxes(view: DataView, within: Box, type: string): Box[] {
  const found: Box[] = [];
  let at = within.start;
  while (at + HEADER <= within.end) {
    const size = view.getUint32(at);
    if (size < HEADER || at + size > within.end) break;
    const name = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5), view.getUint8(at + 6), view.getUint8(at + 7));
    if (name === type) found.push({ start: at + HEADER, end: at + size });
    at += size;
  }
  return found;
}

/** The duration a sample has when its run does not say. */
function defaultDuration(view: DataView, tfhd: Box): number {
  const flags = view.getUint32(tfhd.start) & 0xffffff;
  if (!(flags & TFHD_DURATION)) return 0;
  let at = tfhd.start + HEADER;
  if (flags & TFHD_BASE_OFFSET) at += 8;
  if (flags & TFHD_DESCRIPTION) at += 4;
  return at + 4 <= tfhd.end ? view.getUint32(at) : 0;
}

/** Where the duration of the last sample of a run is written, or -1. */
function lastDurationAt(view: DataView, trun: Box): number {
  const flags = view.getUint32(trun.start) & 0xffffff;
  const count = view.getUint32(trun.start + 4);
  if (!(flags & TRUN_DURATION) || count === 0) return -1;
  let at = trun.start + 8;
  if (flags & TRUN_DATA_OFFSET) at += 4;
  if (flags & TRUN_FIRST_FLAGS) at += 4;
  const size = 4 * TRUN_FIELDS.filter((field) => flags & field).length;
  at += (count - 1) * size;
  return at + 4 <= trun.end ? at : -1;
}

/** Gives the last sample of an AAC segment its full `frame` of samples, in place. Returns whether anything changed. */
export function stretchLastSample(segment: ArrayBuffer, frame = 1024): boolean {
  const view = new DataView(segment);
  let changed = false;
  for (const moof of boxes(view, { start: 0, end: view.byteLength }, 'moof').slice(-1)) {
    for (const traf of boxes(view, moof, 'traf')) {
      const tfhd = boxes(view, traf, 'tfhd')[0];
      const trun = boxes(view, traf, 'trun').at(-1);
      if (!tfhd || !trun) continue;
      const usual = defaultDuration(view, tfhd) || frame;
      const at = lastDurationAt(view, trun);
      if (usual !== frame || at < 0 || view.getUint32(at) >= frame) continue;
      view.setUint32(at, frame);
      changed = true;
    }
  }
  return changed;
}
