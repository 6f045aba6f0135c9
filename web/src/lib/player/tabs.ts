/* Only one tab plays: whoever starts says so, the others pause. */

interface Message {
  type: 'playing';
  tab: string;
}

export interface Tabs {
  announce(): void;
}

export function joinTabs(onOther: () => void): Tabs {
  if (typeof BroadcastChannel === 'undefined') return { announce: () => undefined };
  const tab = Math.random().toString(36).slice(2);
  const channel = new BroadcastChannel('veza.player');
  channel.onmessage = (event: MessageEvent<Message>) => {
    if (event.data.type === 'playing' && event.data.tab !== tab) onOther();
  };
  return { announce: () => channel.postMessage({ type: 'playing', tab } satisfies Message) };
}
