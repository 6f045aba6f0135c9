import { post } from '@/lib/api/client';

/** Lets one WebSocket in, once and within half a minute. */
export const getTicket = () => post('/ws/ticket');
