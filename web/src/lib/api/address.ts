/* What the description of the API says of each address and method: an address, a field or a value that is not there does not compile. */

import type { paths } from './schema';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

type Below<P> = P extends `/api/v1${infer Rest}` ? Rest : never;

/** Addresses below /api/v1 that know this method, as the description writes them: '/tracks/{id}'. */
export type Address<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, object> ? Below<P> : never }[keyof paths];

type Names<A extends string> = A extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;

/** What is filled into an address, as its own text names it: to look that up for any method is too much for the compiler. */
export type FilledIn<A extends string> = [Names<A>] extends [never] ? { path?: never } : { path: Record<Names<A>, string> };

type Operation<M extends Method, A extends Address<M>> = `/api/v1${A}` extends infer P extends keyof paths ? paths[P][M] : never;
type Json<T> = T extends { content: { 'application/json': infer Content } } ? Content : never;
type Responses<O> = O extends { responses: infer R } ? R : never;

/** What a success brings; void where it brings nothing. */
export type Reply<M extends Method, A extends Address<M>> =
  Responses<Operation<M, A>> extends infer R ? (R extends { 204: unknown } ? void : Json<R[keyof R & (200 | 201 | 202)]>) : never;

/** The JSON that is sent. */
export type Body<M extends Method, A extends Address<M>> = Operation<M, A> extends { requestBody?: infer B } ? Json<NonNullable<B>> : never;

type Parameters<O> = O extends { parameters: infer P } ? P : never;
type PathPart<P> = P extends { path: infer V extends object } ? { path: V } : { path?: never };
/* values that are undefined, null or empty are not sent */
type Loose<T> = { [K in keyof T]?: T[K] | null | undefined };
type QueryPart<P> = P extends { query?: infer V } ? (NonNullable<V> extends never ? { query?: never } : { query?: Loose<NonNullable<V>> }) : { query?: never };
type HeaderPart<P> = P extends { header: infer V extends object } ? { headers: V } : P extends { header?: infer V } ? (NonNullable<V> extends never ? { headers?: never } : { headers?: Loose<NonNullable<V>> }) : { headers?: never };
type BodyPart<O> = O extends { requestBody: infer B } ? { body: Json<B> } : O extends { requestBody?: infer B } ? (NonNullable<B> extends never ? { body?: never } : { body?: Json<NonNullable<B>> }) : { body?: never };

export interface Sending {
  /** The request outlives the page; its body is small then. */
  keepalive?: boolean;
  signal?: AbortSignal | undefined;
  /** It ends the session (alone.ts). */
  alone?: boolean;
}

/* one address after the other: the parts of all of them, each with each, would be too many for the compiler */
export type Options<M extends Method, A extends Address<M>> = A extends Address<M>
  ? Sending & PathPart<Parameters<Operation<M, A>>> & QueryPart<Parameters<Operation<M, A>>> & HeaderPart<Parameters<Operation<M, A>>> & BodyPart<Operation<M, A>>
  : never;
