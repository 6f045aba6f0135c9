/* The audio thread's side of the joiner: commands come in by message, `joined` goes out. */

import { Joiner, type JoinerCommand } from './joiner';

declare const currentFrame: number;
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

class JoinerProcessor extends AudioWorkletProcessor {
  private readonly joiner = new Joiner((joined) => {
    this.port.postMessage(joined);
  });

  constructor() {
    super();
    this.port.onmessage = (event: MessageEvent<JoinerCommand>) => {
      this.joiner.command(event.data, currentFrame);
    };
  }

  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const left = outputs[0]?.[0];
    const right = outputs[0]?.[1];
    if (left && right) this.joiner.process(inputs, left, right, currentFrame);
    return true;
  }
}

registerProcessor('veza-joiner', JoinerProcessor);
