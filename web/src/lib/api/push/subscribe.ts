import { post } from '@/lib/api/client';
import type { PushAddress } from '@/lib/api/types';

export const subscribePush = (address: PushAddress) => post<{ id: string }>('/notifications/push/subscribe', address);
