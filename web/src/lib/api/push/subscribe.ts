import type { Body } from '@/lib/api/address';
import { post } from '@/lib/api/client';

type PushAddress = Body<'post', '/notifications/push/subscribe'>;

export const subscribePush = (address: PushAddress) => post('/notifications/push/subscribe', { body: address });
