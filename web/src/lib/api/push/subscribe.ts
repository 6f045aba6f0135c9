import { post } from '@/lib/api/client';
import type { PushAddress } from '@/lib/api/types';

export const subscribePush = (address: PushAddress) => post('/notifications/push/subscribe', { body: address });
