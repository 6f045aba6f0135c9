/* Where the two decks meet: the joiner in the audio thread, or a plain sum where worklets are missing. */

import joinerUrl from './joiner.worklet.ts?worker&url';
import { DECKS, type Joined, type JoinerCommand } from './joiner';

export interface Mixer {
  /** Whether a held deck is joined to the sample. */
  readonly gapless: boolean;
  connectDeck(node: AudioNode, deck: number): void;
  send(command: JoinerCommand): void;
  connect(node: AudioNode): void;
}

async function createJoiner(context: AudioContext, onJoined: (joined: Joined) => void): Promise<Mixer> {
  await context.audioWorklet.addModule(joinerUrl);
  const node = new AudioWorkletNode(context, 'veza-joiner', {
    numberOfInputs: DECKS,
    numberOfOutputs: 1,
    outputChannelCount: [2],
    channelCount: 2,
    channelCountMode: 'explicit',
  });
  node.port.onmessage = (event: MessageEvent<Joined>) => {
    onJoined(event.data);
  };
  return {
    gapless: true,
    connectDeck: (source, deck) => source.connect(node, 0, deck),
    send: (command) => {
      node.port.postMessage(command);
    },
    connect: (target) => node.connect(target),
  };
}

function createSum(context: AudioContext): Mixer {
  const sum = context.createGain();
  return {
    gapless: false,
    connectDeck: (source) => source.connect(sum),
    send: () => undefined,
    connect: (target) => sum.connect(target),
  };
}

export async function createMixer(context: AudioContext, onJoined: (joined: Joined) => void): Promise<Mixer> {
  try {
    return await createJoiner(context, onJoined);
  } catch {
    return createSum(context);
  }
}
