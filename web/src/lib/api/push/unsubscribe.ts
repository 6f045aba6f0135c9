import { del } from '@/lib/api/client';

export const unsubscribePush = (endpoint: string) => del<void>('/notifications/push/subscribe', { body: { endpoint } });
