import { useEffect } from 'react';
import { useNavigate } from 'react-router';

/** A click on a notification of the system leads this page on, without loading it anew: the music plays on. The service worker has seen
 * to it that the path is one of ours. */
export function useNotificationClicks(): void {
  const navigate = useNavigate();
  useEffect(() => {
    if (!('serviceWorker' in navigator)) return undefined;
    const { serviceWorker } = navigator;
    const heard = ({ data }: MessageEvent<{ type?: string; path?: string } | null>) => {
      if (data?.type === 'open' && data.path?.startsWith('/')) void navigate(data.path);
    };
    serviceWorker.addEventListener('message', heard);
    return () => serviceWorker.removeEventListener('message', heard);
  }, [navigate]);
}
