/* What a person says of tempo and key is shown as it is; what was measured is marked; what is not sure is left out. */

import { screen } from '@testing-library/react';
import { beforeEach, expect, it } from 'vitest';
import { forgetCsrf } from '@/lib/api/csrf';
import type { Track } from '@/lib/api/schema';
import { track } from '@/testing/fixtures';
import { renderRoutes } from '@/testing/render';
import { fakeServer } from '@/testing/server';
import { TrackFacts } from './TrackFacts';

const one = track({ bpm: null, musical_key: null });

beforeEach(forgetCsrf);

function show(said: Partial<Track>, measured_bpm: number | null, measured_key: string | null) {
  fakeServer({
    [`GET /tracks/${one.id}/analysis`]: { body: { track_id: one.id, measured_bpm, measured_key } },
    'GET /releases': { body: { items: [] } },
  });
  renderRoutes([{ path: '/', element: <TrackFacts track={{ ...one, ...said }} /> }]);
}
const fact = (name: string) => screen.queryByText(name)?.nextElementSibling?.textContent;

it('what was measured is marked as that', async () => {
  show({}, 121.9, 'F# minor');
  expect(await screen.findByText('121.9 BPM')).toHaveTextContent('121.9 BPMmeasured');
  expect(fact('Key')).toBe('F♯ minormeasured');
});

it('what a person says wins, one value at a time', async () => {
  show({ bpm: 61 }, 121.9, 'A minor');
  expect(await screen.findByText('A minor')).toBeVisible();
  expect(fact('Tempo')).toBe('61 BPM');
});

it('what is not sure is left out', async () => {
  show({}, null, 'C major');
  expect(await screen.findByText('C major')).toBeVisible();
  expect(fact('Tempo')).toBeUndefined();
});
