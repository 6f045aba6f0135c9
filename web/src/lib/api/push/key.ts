import { get } from '@/lib/api/client';

/** The server's public key, for which the browser makes its subscription. */
export const getPushKey = () => get('/notifications/push/key');
