import type { RouteObject } from 'react-router';
import { expect, it } from 'vitest';
import { PAGE_PATHS } from './paths';
import { routes } from './router';

/** The full path of every route that shows something, but for the one that catches what is left. */
function paths(list: readonly RouteObject[], above = ''): string[] {
  return list.flatMap((route) => {
    if (route.path === '*') return [];
    const path = route.path ? `${above}/${route.path}`.replace(/\/+/g, '/') : above || '/';
    const inside = paths(route.children ?? [], path);
    return route.children && !inside.includes(path) && route.lazy ? [path, ...inside] : route.children ? inside : [path];
  });
}

it('tells the server of every page, and of no other', () => {
  expect([...new Set(paths(routes))].sort()).toEqual([...PAGE_PATHS].sort());
});
