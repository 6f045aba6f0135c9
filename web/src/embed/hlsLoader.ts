/* Fetches playlists and segments for hls.js without cookies: its own loader sends those of this site. */

import type { Loader, LoaderCallbacks, LoaderConfiguration, LoaderContext, LoaderStats } from 'hls.js';
import { ask } from './api';

const now = () => performance.now();

export class HlsLoader implements Loader<LoaderContext> {
  context: LoaderContext | null = null;
  stats: LoaderStats = {
    aborted: false, loaded: 0, retry: 0, total: 0, chunkCount: 0, bwEstimate: 0,
    loading: { start: 0, first: 0, end: 0 }, parsing: { start: 0, end: 0 }, buffering: { start: 0, first: 0, end: 0 },
  };
  private readonly abortion = new AbortController();

  load(context: LoaderContext, config: LoaderConfiguration, callbacks: LoaderCallbacks<LoaderContext>): void {
    this.context = context;
    void this.run(context, config, callbacks);
  }

  private async run(context: LoaderContext, config: LoaderConfiguration, { onSuccess, onError, onTimeout }: LoaderCallbacks<LoaderContext>): Promise<void> {
    const { stats, abortion } = this;
    const timer = setTimeout(() => {
      this.abort();
      onTimeout(stats, context, null);
    }, config.loadPolicy.maxLoadTimeMs);
    stats.loading.start = now();
    try {
      const reply = await ask(context.url, { signal: abortion.signal });
      stats.loading.first = now();
      if (!reply.ok) return onError({ code: reply.status, text: reply.statusText }, context, reply, stats);
      const data = context.responseType === 'arraybuffer' ? await reply.arrayBuffer() : await reply.text();
      stats.loading.end = now();
      stats.loaded = stats.total = typeof data === 'string' ? data.length : data.byteLength;
      if (!stats.aborted) onSuccess({ url: reply.url, data, code: reply.status }, stats, context, reply);
    } catch (error) {
      if (!stats.aborted) onError({ code: 0, text: String(error) }, context, null, stats);
    } finally {
      clearTimeout(timer);
    }
  }

  abort(): void {
    this.stats.aborted = true;
    this.abortion.abort();
  }

  destroy(): void {
    this.abort();
  }
}
