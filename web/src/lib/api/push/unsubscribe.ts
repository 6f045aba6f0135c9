import { del } from '@/lib/api/client';

export const unsubscribePush = (endpoint: string) => del('/notifications/push/subscribe', { body: { endpoint } });
