/* hls.js's own loader, with a look at each segment before it is used. */

import type Hls from 'hls.js';
import type { FragmentLoaderContext, HlsConfig, Loader, LoaderCallbacks, LoaderConfiguration } from 'hls.js';

type FragmentLoader = NonNullable<HlsConfig['fLoader']>;

/** A fragment loader that hands every segment (not the init segment) to `onSegment` first. */
export function segmentLoader(hlsClass: typeof Hls, onSegment: (data: ArrayBuffer, level: number) => void): FragmentLoader {
  const Base = hlsClass.DefaultConfig.loader as new (config: HlsConfig) => Loader<FragmentLoaderContext>;
  return class extends Base {
    override load(
      context: FragmentLoaderContext,
      config: LoaderConfiguration,
      callbacks: LoaderCallbacks<FragmentLoaderContext>,
    ): void {
      super.load(context, config, {
        ...callbacks,
        onSuccess(response, stats, loaded, details) {
          if (response.data instanceof ArrayBuffer && typeof context.frag.sn === 'number') {
            onSegment(response.data, context.frag.level);
          }
          callbacks.onSuccess(response, stats, loaded, details);
        },
      });
    }
  } as unknown as FragmentLoader;
}
